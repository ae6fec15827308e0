/* What the SVM gives a program: integer types, syscalls, the serialized input, unaligned access. */
#ifndef RUNTIME_H
#define RUNTIME_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

typedef struct { u64 word[4]; } Key;

/* A function that some programs do without. */
#define SHARED static __attribute__((unused))

/* LLVM expands an unaligned 8-byte access into byte accesses for this target although the SVM allows it;
 * one instruction each keeps the program small. Native builds (the maths tests) use the compiler's own. */
#ifdef __bpf__
#define DEFINE_ACCESS(bits)                                                                     \
  static inline u##bits load##bits(const void *at) {                                            \
    u64 value;                                                                                  \
    asm volatile("%0 = *(u" #bits " *)(%1 + 0)" : "=r"(value) : "r"(at) : "memory");            \
    return (u##bits)value;                                                                      \
  }                                                                                             \
  static inline void store##bits(void *at, u##bits value) {                                     \
    asm volatile("*(u" #bits " *)(%0 + 0) = %1" : : "r"(at), "r"((u64)value) : "memory");       \
  }
#else
#define DEFINE_ACCESS(bits)                                                                     \
  static inline u##bits load##bits(const void *at) {                                            \
    u##bits value;                                                                              \
    __builtin_memcpy(&value, at, sizeof value);                                                 \
    return value;                                                                               \
  }                                                                                             \
  static inline void store##bits(void *at, u##bits value) { __builtin_memcpy(at, &value, sizeof value); }
#endif
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
DEFINE_ACCESS(64)

static inline int same_key(const Key *a, const Key *b) {
  return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2] &&
         a->word[3] == b->word[3];
}

static inline void put_key(u8 *at, const Key *key) {
  for (int i = 0; i < 4; i++) store64(at + 8 * i, key->word[i]);
}

/* The structures below have the layouts that the CPI syscall of the C interface reads. */
typedef struct {
  const Key *key;
  u64 *lamports;
  u64 data_len;
  u8 *data;
  const Key *owner;
  u64 rent_epoch;
  u8 is_signer;
  u8 is_writable;
  u8 executable;
} Account;

typedef struct { const Key *key; u8 is_writable; u8 is_signer; } Meta;
typedef struct { const Key *program; const Meta *metas; u64 metas_len; const u8 *data; u64 data_len; } Call;
typedef struct { const void *at; u64 len; } Seed;
typedef struct { const Seed *seeds; u64 len; } Signer;

typedef struct { u64 slot; u64 epoch_start; u64 epoch; u64 leader_epoch; u64 unix_timestamp; } Clock;
typedef struct { u64 lamports_per_byte; u64 exemption_threshold; u64 burn_percent; } Rent;

extern void sol_log_(const char *text, u64 len);
extern void sol_log_data(const Seed *fields, u64 len);
extern u64 sol_get_clock_sysvar(Clock *clock);
extern u64 sol_get_rent_sysvar(Rent *rent);
extern u64 sol_try_find_program_address(const Seed *seeds, u64 len, const Key *program, Key *found, u8 *bump);
extern void sol_set_return_data(const u8 *data, u64 len);
extern u64 sol_get_return_data(u8 *data, u64 len, Key *program);
extern u64 sol_invoke_signed_c(const Call *call, const Account *infos, u64 infos_len, const Signer *signers,
                               u64 signers_len);

#define LOG(literal) sol_log_(literal, sizeof(literal) - 1)

#ifndef MAX_ACCOUNTS
#define MAX_ACCOUNTS 24 /* a program whose instructions name more defines more */
#endif
#define MAX_DATA_INCREASE 10240

typedef struct {
  Account accounts[MAX_ACCOUNTS];
  u64 accounts_len;
  const u8 *args; /* instruction data after the discriminator */
  u64 args_len;
  const Key *program_id;
  const u8 *data;
  u64 data_len;
} Input;

#define KEY_AT(account, offset) ((const Key *)((account)->data + (offset)))

/* The length that the runtime keeps up to date before an account's data, also across a CPI. */
static inline u64 data_len_now(const Account *account) { return load64(account->data - 8); }

static u8 *read_account(Account *account, u8 *at) {
  account->is_signer = at[1];
  account->is_writable = at[2];
  account->executable = at[3];
  account->key = (const Key *)(at + 8);
  account->owner = (const Key *)(at + 40);
  account->lamports = (u64 *)(at + 72);
  account->data_len = *(const u64 *)(at + 80);
  account->data = at + 88;
  at = account->data + account->data_len + MAX_DATA_INCREASE;
  at += (8 - ((u64)at & 7)) & 7;
  account->rent_epoch = *(const u64 *)at;
  return at + 8;
}

static void read_input(Input *input, u8 *at) {
  Account spare;
  u64 count = *(const u64 *)at;
  at += 8;
  input->accounts_len = count < MAX_ACCOUNTS ? count : MAX_ACCOUNTS;
  for (u64 i = 0; i < count; i++) {
    Account *account = i < MAX_ACCOUNTS ? &input->accounts[i] : &spare;
    if (at[0] == 0xff) {
      at = read_account(account, at);
    } else {
      if (i < MAX_ACCOUNTS) *account = input->accounts[at[0]];
      at += 8;
    }
  }
  input->data_len = *(const u64 *)at;
  input->data = at + 8;
  input->program_id = (const Key *)(input->data + input->data_len);
  input->args = input->data + 8;
  input->args_len = input->data_len < 8 ? 0 : input->data_len - 8;
}

#endif
