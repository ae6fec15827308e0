/* Program addresses, and creating accounts at them. Needs the program's PROGRAM_ID and SYSTEM_PROGRAM. */
#ifndef CREATION_H
#define CREATION_H

#include "cpi.h"
#include "log.h"

/* The seeds of a program address, the bump last. */
typedef struct {
  Seed seeds[5];
  u64 len;
  u8 bump;
} Address;

static void seed(Address *address, const void *at, u64 len) {
  address->seeds[address->len].at = at;
  address->seeds[address->len++].len = len;
}

SHARED void seed_text(Address *address, const char *text, u64 len) {
  address->len = 0;
  seed(address, text, len);
}
#define SEED_TEXT(address, literal) seed_text(address, literal, sizeof(literal) - 1)

/* Whether the seeds give `key` under `program`; appends the bump to them. */
static int is_address_of(Address *address, const Key *program, const Key *key) {
  Key found;
  if (sol_try_find_program_address(address->seeds, address->len, program, &found, &address->bump)) return 0;
  seed(address, &address->bump, 1);
  return same_key(&found, key);
}

SHARED int is_address(Address *address, const Key *key) { return is_address_of(address, &PROGRAM_ID, key); }

static u64 rent_for(u64 size, u64 *lamports) {
  Rent rent;
  TRY(sol_get_rent_sysvar(&rent));
  *lamports = (128 + size) * rent.lamports_per_byte;
  if (rent.exemption_threshold == 0x4000000000000000ULL) *lamports *= 2; /* 2.0 as IEEE 754; else it is 1.0 */
  return 0;
}

static u64 send_lamports(const Account *from, const Account *to, u64 lamports) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, from, 1, 1);
  cpi_account(&cpi, to, 1, 0);
  store32(cpi.data, 2); /* Transfer */
  store64(cpi.data + 4, lamports);
  return cpi_send(&cpi, &SYSTEM_PROGRAM, 12, 0);
}

static u64 allocate(const Account *account, u64 size, const Key *owner, const Signer *signer) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, account, 1, 1);
  store32(cpi.data, 8); /* Allocate */
  store64(cpi.data + 4, size);
  TRY(cpi_send(&cpi, &SYSTEM_PROGRAM, 12, signer));
  store32(cpi.data, 1); /* Assign */
  put_key(cpi.data + 4, owner);
  return cpi_send(&cpi, &SYSTEM_PROGRAM, 36, signer);
}

typedef struct {
  const Account *payer, *account;
  u64 size;
  const Key *owner;
  Address *address; /* 0: the account signs by itself */
} Creation;

/* Creates the account; also one that somebody has sent lamports to, which must not block a pool. */
SHARED u64 create(const Creation *creation) {
  Signer pda = {0, 0}, *signer = 0;
  Cpi cpi;
  u64 lamports, held = *creation->account->lamports;
  TRY(rent_for(creation->size, &lamports));
  if (creation->address) {
    pda.seeds = creation->address->seeds;
    pda.len = creation->address->len;
    signer = &pda;
  }
  if (held != 0) {
    if (held < lamports) TRY(send_lamports(creation->payer, creation->account, lamports - held));
    return allocate(creation->account, creation->size, creation->owner, signer);
  }
  cpi.len = 0;
  cpi_account(&cpi, creation->payer, 1, 1);
  cpi_account(&cpi, creation->account, 1, 1);
  store32(cpi.data, 0); /* CreateAccount */
  store64(cpi.data + 4, lamports);
  store64(cpi.data + 12, creation->size);
  put_key(cpi.data + 20, creation->owner);
  return cpi_send(&cpi, &SYSTEM_PROGRAM, 52, signer);
}

#endif
