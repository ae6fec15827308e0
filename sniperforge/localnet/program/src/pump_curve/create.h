/* create and create_v2: a mint, its curve with the whole supply in it, and metadata for create_v2. */
#ifndef CREATE_H
#define CREATE_H

#include "events.h"

enum {
  CREATE_MINT, CREATE_MINT_AUTHORITY, CREATE_CURVE, CREATE_VAULT, CREATE_GLOBAL,
  /* create */
  CREATE_METADATA_PROGRAM, CREATE_METADATA, CREATE_USER, CREATE_SYSTEM, CREATE_TOKEN_PROGRAM, CREATE_ATA_PROGRAM,
  CREATE_RENT, CREATE_EVENT_AUTHORITY, CREATE_PROGRAM, CREATE_ACCOUNTS,
  /* create_v2 */
  CREATE2_USER = CREATE_METADATA_PROGRAM, CREATE2_SYSTEM, CREATE2_TOKEN_PROGRAM, CREATE2_ATA_PROGRAM, CREATE2_MAYHEM,
  CREATE2_MAYHEM_PARAMS, CREATE2_MAYHEM_VAULT, CREATE2_MAYHEM_STATE, CREATE2_MAYHEM_TOKENS, CREATE2_EVENT_AUTHORITY,
  CREATE2_PROGRAM, CREATE2_ACCOUNTS, CREATE2_QUOTE_MINT = CREATE2_ACCOUNTS
};

typedef struct { const u8 *at; u64 len; } Text;

typedef struct {
  const Account *mint, *curve, *vault, *global, *mint_authority, *user, *system, *token_program, *event_authority;
  Text name, symbol, uri;
  Key creator;
  u8 holder_reward;
  Address address; /* of the curve */
  Clock clock;
} Coin;

typedef struct { const u8 *at; u64 left; } Reader;

static int take(Reader *reader, u64 count, const u8 **at) {
  if (reader->left < count) return 0;
  *at = reader->at;
  reader->at += count;
  reader->left -= count;
  return 1;
}

static int take_text(Reader *reader, Text *text) {
  const u8 *at;
  if (!take(reader, 4, &at)) return 0;
  text->len = load32(at);
  return take(reader, text->len, &text->at);
}

/* A flag that older clients leave out. */
static u8 take_flag(Reader *reader) {
  const u8 *at;
  return take(reader, 1, &at) ? *at : 0;
}

static u64 read_words(Reader *reader, Coin *coin) {
  const u8 *at;
  REQUIRE(take_text(reader, &coin->name) && take_text(reader, &coin->symbol) && take_text(reader, &coin->uri) &&
          take(reader, 32, &at), InstructionDidNotDeserialize);
  for (int i = 0; i < 4; i++) coin->creator.word[i] = load64(at + 8 * i);
  REQUIRE(coin->name.len <= MAX_NAME, NameTooLong);
  REQUIRE(coin->symbol.len <= MAX_SYMBOL, SymbolTooLong);
  REQUIRE(coin->uri.len <= MAX_URI, UriTooLong);
  return 0;
}

static u64 check_create(Coin *coin, const Key *token_program) {
  REQUIRE_AT(coin->mint->is_signer, "mint", AccountNotSigner);
  REQUIRE_AT(coin->mint->is_writable, "mint", ConstraintMut);
  TRY(check_user(coin->user));
  TRY(check_global(coin->global));
  REQUIRE_AT(same_key(coin->mint_authority->key, &MINT_AUTHORITY), "mint_authority", ConstraintSeeds);
  TRY(check_curve_address(&coin->address, coin->curve, coin->mint->key));
  REQUIRE_AT(same_key(coin->token_program->key, token_program), "token_program", InvalidProgramId);
  TRY(check_associated(coin->vault, coin->curve->key, token_program, coin->mint->key,
                       "associated_bonding_curve"));
  TRY(check_system(coin->system));
  return sol_get_clock_sysvar(&coin->clock);
}

static u64 create_mint(const Coin *coin, u64 size) {
  const Account *mint = coin->mint;
  Creation creation = {coin->user, mint, size, coin->token_program->key, 0};
  Cpi cpi;
  TRY(create(&creation));
  cpi.len = 0;
  cpi_account(&cpi, mint, 1, 0);
  if (size != MINT_SIZE) {
    u8 pointer[66] = {39, 0}; /* MetadataPointer, Initialize; no authority */
    put_key(pointer + 2, &NO_KEY);
    put_key(pointer + 34, mint->key);
    TRY(cpi_send_data(&cpi, coin->token_program->key, pointer, sizeof pointer, 0));
  }
  cpi.data[0] = 20; /* InitializeMint2 */
  cpi.data[1] = DECIMALS;
  put_key(cpi.data + 2, &MINT_AUTHORITY);
  cpi.data[34] = 0; /* no freeze authority */
  return cpi_send(&cpi, coin->token_program->key, 35, 0);
}

static u64 create_vault(const Coin *coin) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, coin->user, 1, 1);
  cpi_account(&cpi, coin->vault, 1, 0);
  cpi_account(&cpi, coin->curve, 0, 0);
  cpi_account(&cpi, coin->mint, 0, 0);
  cpi_account(&cpi, coin->system, 0, 0);
  cpi_account(&cpi, coin->token_program, 0, 0);
  cpi.data[0] = 0; /* Create */
  return cpi_send(&cpi, &ATA_PROGRAM, 1, 0);
}

static u64 create_curve(Coin *coin) {
  u8 *data = coin->curve->data;
  const u8 *global = coin->global->data;
  Creation creation = {coin->user, coin->curve, CURVE_SIZE, &PROGRAM_ID, &coin->address};
  TRY(create(&creation));
  store64(data, TAG_BONDING_CURVE);
  store64(data + CURVE_VIRTUAL_TOKENS, load64(global + GLOBAL_VIRTUAL_TOKENS));
  store64(data + CURVE_VIRTUAL_QUOTE, load64(global + GLOBAL_VIRTUAL_SOL));
  store64(data + CURVE_REAL_TOKENS, load64(global + GLOBAL_REAL_TOKENS));
  store64(data + CURVE_SUPPLY, load64(global + GLOBAL_SUPPLY));
  put_key(data + CURVE_CREATOR, &coin->creator);
  data[CURVE_IS_HOLDER_REWARD] = coin->holder_reward;
  return create_vault(coin);
}

static Signer mint_authority(Seed *seeds, u8 *bump) {
  Signer signer = {seeds, 2};
  *bump = MINT_AUTHORITY_BUMP;
  seeds[0].at = MINT_AUTHORITY_SEED;
  seeds[0].len = sizeof(MINT_AUTHORITY_SEED) - 1;
  seeds[1].at = bump;
  seeds[1].len = 1;
  return signer;
}

/* The whole supply goes to the curve; afterwards nobody can mint. */
static u64 mint_supply(const Coin *coin) {
  u8 bump;
  Seed seeds[2];
  Signer signer = mint_authority(seeds, &bump);
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, coin->mint, 1, 0);
  cpi_account(&cpi, coin->vault, 1, 0);
  cpi_account(&cpi, coin->mint_authority, 0, 1);
  cpi.data[0] = 7; /* MintTo */
  store64(cpi.data + 1, load64(coin->global->data + GLOBAL_SUPPLY));
  TRY(cpi_send(&cpi, coin->token_program->key, 9, &signer));
  cpi.len = 0;
  cpi_account(&cpi, coin->mint, 1, 0);
  cpi_account(&cpi, coin->mint_authority, 0, 1);
  cpi.data[0] = 6; /* SetAuthority, of minting, none */
  cpi.data[1] = 0;
  cpi.data[2] = 0;
  return cpi_send(&cpi, coin->token_program->key, 3, &signer);
}

static void put_words(Event *event, const Coin *coin) {
  put_string(event, coin->name.at, coin->name.len);
  put_string(event, coin->symbol.at, coin->symbol.len);
  put_string(event, coin->uri.at, coin->uri.len);
}

/* Metadata inside the mint: no account of its own, and nobody may change it. */
static __attribute__((noinline)) u64 write_metadata(const Coin *coin) {
  u8 bump;
  Seed seeds[2];
  Signer signer = mint_authority(seeds, &bump);
  u64 held, needed;
  Event words;
  Cpi cpi;
  words.len = 0;
  put_word(&words, TAG_METADATA_INITIALIZE);
  put_words(&words, coin);
  /* The entry: 4 bytes before it, update authority, mint, the three texts, a count of further fields. */
  TRY(rent_for(MINT_2022_SIZE + 4 + 64 + (words.len - 8) + 4, &needed));
  held = *coin->mint->lamports;
  if (held < needed) TRY(send_lamports(coin->user, coin->mint, needed - held));
  cpi.len = 0;
  cpi_account(&cpi, coin->mint, 1, 0);
  cpi_account(&cpi, coin->mint_authority, 0, 0);
  cpi_account(&cpi, coin->mint, 0, 0);
  cpi_account(&cpi, coin->mint_authority, 0, 1);
  TRY(cpi_send_data(&cpi, &TOKEN_2022_PROGRAM, words.bytes, words.len, &signer));
  cpi.len = 0;
  cpi_account(&cpi, coin->mint, 1, 0);
  cpi_account(&cpi, coin->mint_authority, 0, 1);
  store64(cpi.data, TAG_METADATA_UPDATE_AUTHORITY);
  put_key(cpi.data + 8, &NO_KEY);
  return cpi_send(&cpi, &TOKEN_2022_PROGRAM, 40, &signer);
}

static __attribute__((noinline)) u64 emit_create(const Coin *coin) {
  const u8 *data = coin->curve->data;
  Event event;
  begin_event(&event, TAG_CREATE_EVENT);
  put_words(&event, coin);
  put_address(&event, coin->mint->key);
  put_address(&event, coin->curve->key);
  put_address(&event, coin->user->key);
  put_address(&event, &coin->creator);
  put_word(&event, coin->clock.unix_timestamp);
  put_word(&event, load64(data + CURVE_VIRTUAL_TOKENS));
  put_word(&event, load64(data + CURVE_VIRTUAL_QUOTE));
  put_word(&event, load64(data + CURVE_REAL_TOKENS));
  put_word(&event, load64(data + CURVE_SUPPLY));
  put_address(&event, coin->token_program->key);
  put_byte(&event, 0); /* mayhem */
  put_byte(&event, 0); /* cashback */
  put_address(&event, &NO_KEY);
  put_word(&event, load64(data + CURVE_VIRTUAL_QUOTE));
  put_word(&event, 0); /* the creator's own rate, of other quotes only */
  put_byte(&event, coin->holder_reward);
  put_byte(&event, 0); /* recorded since October 2026; no published name */
  return emit(&event, coin->event_authority);
}

static u64 create_coin(const Input *input) {
  const Account *a = input->accounts;
  Reader reader = {input->args, input->args_len};
  Address address;
  Coin coin;
  REQUIRE(input->accounts_len >= CREATE_ACCOUNTS, AccountNotEnoughKeys);
  coin = (Coin){.mint = &a[CREATE_MINT], .mint_authority = &a[CREATE_MINT_AUTHORITY], .curve = &a[CREATE_CURVE],
                    .vault = &a[CREATE_VAULT], .global = &a[CREATE_GLOBAL], .user = &a[CREATE_USER],
                    .system = &a[CREATE_SYSTEM], .token_program = &a[CREATE_TOKEN_PROGRAM],
                    .event_authority = &a[CREATE_EVENT_AUTHORITY]};
  TRY(read_words(&reader, &coin));
  TRY(check_create(&coin, &TOKEN_PROGRAM));
  REQUIRE_AT(same_key(a[CREATE_METADATA_PROGRAM].key, &METADATA_PROGRAM), "mpl_token_metadata", InvalidProgramId);
  SEED_TEXT(&address, "metadata");
  seed(&address, &METADATA_PROGRAM, 32);
  seed(&address, coin.mint->key, 32);
  REQUIRE_AT(is_address_of(&address, &METADATA_PROGRAM, a[CREATE_METADATA].key), "metadata", ConstraintSeeds);
  REQUIRE_AT(a[CREATE_METADATA].is_writable, "metadata", ConstraintMut);
  REQUIRE_AT(same_key(a[CREATE_ATA_PROGRAM].key, &ATA_PROGRAM), "associated_token_program", InvalidProgramId);
  REQUIRE_AT(same_key(a[CREATE_RENT].key, &RENT_SYSVAR), "rent", AccountSysvarMismatch);
  TRY(check_events(coin.event_authority, &a[CREATE_PROGRAM]));
  TRY(create_mint(&coin, MINT_SIZE));
  TRY(create_curve(&coin));
  TRY(mint_supply(&coin));
  return emit_create(&coin);
}

/* The accounts of mayhem mode, which this program does not offer. */
static u64 check_mayhem(const Account *a, const Key *mint) {
  Address address;
  REQUIRE_AT(same_key(a[CREATE2_MAYHEM].key, &MAYHEM_PROGRAM), "mayhem_program_id", InvalidProgramId);
  SEED_TEXT(&address, "global-params");
  REQUIRE_AT(is_address_of(&address, &MAYHEM_PROGRAM, a[CREATE2_MAYHEM_PARAMS].key), "global_params", ConstraintSeeds);
  SEED_TEXT(&address, "sol-vault");
  REQUIRE_AT(is_address_of(&address, &MAYHEM_PROGRAM, a[CREATE2_MAYHEM_VAULT].key), "sol_vault", ConstraintSeeds);
  SEED_TEXT(&address, "mayhem-state");
  seed(&address, mint, 32);
  REQUIRE_AT(is_address_of(&address, &MAYHEM_PROGRAM, a[CREATE2_MAYHEM_STATE].key), "mayhem_state", ConstraintSeeds);
  return 0;
}

/* The creator of a holder-reward coin is ["holder-rewards", mint]: its fees belong to those who hold. */
static u64 reward_holders(Coin *coin) {
  Address address;
  REQUIRE(coin->global->data[GLOBAL_HOLDER_REWARD_ENABLED], HolderRewardDisabled);
  SEED_TEXT(&address, "holder-rewards");
  seed(&address, coin->mint->key, 32);
  return sol_try_find_program_address(address.seeds, address.len, &PROGRAM_ID, &coin->creator, &address.bump);
}

static u64 read_options(Reader *reader, Coin *coin) {
  const u8 *at;
  REQUIRE(take(reader, 1, &at), InstructionDidNotDeserialize);
  REQUIRE(!*at, MayhemModeDisabled);
  REQUIRE(!take_flag(reader), CashbackDeprecated);
  take(reader, 8, &at); /* the creator's own rate: without effect on a curve quoted in SOL */
  coin->holder_reward = take_flag(reader) != 0;
  return 0;
}

static u64 create_coin_v2(const Input *input) {
  const Account *a = input->accounts;
  Reader reader = {input->args, input->args_len};
  Coin coin;
  REQUIRE(input->accounts_len >= CREATE2_ACCOUNTS, AccountNotEnoughKeys);
  coin = (Coin){.mint = &a[CREATE_MINT], .mint_authority = &a[CREATE_MINT_AUTHORITY], .curve = &a[CREATE_CURVE],
                    .vault = &a[CREATE_VAULT], .global = &a[CREATE_GLOBAL], .user = &a[CREATE2_USER],
                    .system = &a[CREATE2_SYSTEM], .token_program = &a[CREATE2_TOKEN_PROGRAM],
                    .event_authority = &a[CREATE2_EVENT_AUTHORITY]};
  TRY(read_words(&reader, &coin));
  TRY(check_create(&coin, &TOKEN_2022_PROGRAM));
  REQUIRE_AT(same_key(a[CREATE2_ATA_PROGRAM].key, &ATA_PROGRAM), "associated_token_program", InvalidProgramId);
  TRY(check_mayhem(a, coin.mint->key));
  TRY(check_events(coin.event_authority, &a[CREATE2_PROGRAM]));
  REQUIRE(coin.global->data[GLOBAL_CREATE_V2_ENABLED], CreateV2Disabled);
  TRY(read_options(&reader, &coin));
  if (input->accounts_len > CREATE2_QUOTE_MINT)
    REQUIRE(same_key(a[CREATE2_QUOTE_MINT].key, &WSOL_MINT), UnsupportedQuoteMint);
  if (coin.holder_reward) TRY(reward_holders(&coin));
  TRY(create_mint(&coin, MINT_2022_SIZE));
  TRY(create_curve(&coin));
  TRY(write_metadata(&coin));
  TRY(mint_supply(&coin));
  return emit_create(&coin);
}

#endif
