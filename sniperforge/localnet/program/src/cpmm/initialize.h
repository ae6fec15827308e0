/* initialize: creates the LP mint, the vaults, the observation account and the pool, and funds them. */
#ifndef INITIALIZE_H
#define INITIALIZE_H

#include "listing.h"

enum {
  INIT_CREATOR, INIT_CONFIG, INIT_AUTHORITY, INIT_POOL, INIT_MINT_0, INIT_MINT_1, INIT_LP_MINT, INIT_FROM_0,
  INIT_FROM_1, INIT_LP_ACCOUNT, INIT_VAULT_0, INIT_VAULT_1, INIT_FEE_ACCOUNT, INIT_OBSERVATION,
  INIT_TOKEN_PROGRAM, INIT_PROGRAM_0, INIT_PROGRAM_1, INIT_ATA_PROGRAM, INIT_SYSTEM_PROGRAM, INIT_RENT,
  INIT_ACCOUNTS
};

static u64 create_lp_mint(const Account *a) {
  Address address;
  Cpi cpi;
  SEED_TEXT(&address, "pool_lp_mint");
  seed(&address, a[INIT_POOL].key, 32);
  REQUIRE_AT(is_address(&address, a[INIT_LP_MINT].key), "lp_mint", ConstraintSeeds);
  Creation creation = {&a[INIT_CREATOR], &a[INIT_LP_MINT], MINT_SIZE, &TOKEN_PROGRAM, &address};
  TRY(create(&creation));
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_LP_MINT], 1, 0);
  cpi.data[0] = 20; /* InitializeMint2 */
  cpi.data[1] = LP_DECIMALS;
  put_key(cpi.data + 2, &AUTHORITY);
  cpi.data[34] = 0; /* no freeze authority */
  return cpi_send(&cpi, &TOKEN_PROGRAM, 35, 0);
}

static u64 create_lp_account(const Account *a) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_CREATOR], 1, 1);
  cpi_account(&cpi, &a[INIT_LP_ACCOUNT], 1, 0);
  cpi_account(&cpi, &a[INIT_CREATOR], 0, 0);
  cpi_account(&cpi, &a[INIT_LP_MINT], 0, 0);
  cpi_account(&cpi, &a[INIT_SYSTEM_PROGRAM], 0, 0);
  cpi_account(&cpi, &a[INIT_TOKEN_PROGRAM], 0, 0);
  cpi.data[0] = 0; /* Create */
  return cpi_send(&cpi, &ATA_PROGRAM, 1, 0);
}

static u64 create_observation(const Account *a) {
  Address address;
  u8 *data = a[INIT_OBSERVATION].data;
  SEED_TEXT(&address, "observation");
  seed(&address, a[INIT_POOL].key, 32);
  REQUIRE_AT(is_address(&address, a[INIT_OBSERVATION].key), "observation_state", ConstraintSeeds);
  Creation creation = {&a[INIT_CREATOR], &a[INIT_OBSERVATION], OBSERVATION_SIZE, &PROGRAM_ID, &address};
  TRY(create(&creation));
  store64(data, TAG_OBSERVATION_STATE);
  put_key(data + OBSERVATION_POOL, a[INIT_POOL].key);
  return 0;
}

static u64 create_vault(const Account *a, u64 side, const char *name) {
  const Account *vault = &a[INIT_VAULT_0 + side], *mint = &a[INIT_MINT_0 + side];
  Address address;
  Cpi cpi;
  SEED_TEXT(&address, "pool_vault");
  seed(&address, a[INIT_POOL].key, 32);
  seed(&address, mint->key, 32);
  REQUIRE_AT(is_address(&address, vault->key), name, ConstraintSeeds);
  Creation creation = {&a[INIT_CREATOR], vault, vault_size(mint), mint->owner, &address};
  TRY(create(&creation));
  cpi.len = 0;
  cpi_account(&cpi, vault, 1, 0);
  cpi_account(&cpi, mint, 0, 0);
  cpi.data[0] = 18; /* InitializeAccount3 */
  put_key(cpi.data + 1, &AUTHORITY);
  return cpi_send(&cpi, mint->owner, 33, 0);
}

/* The pool is the program address of its config and mints, or any new account that signs. */
static u64 create_pool(const Account *a) {
  Address address;
  SEED_TEXT(&address, "pool");
  seed(&address, a[INIT_CONFIG].key, 32);
  seed(&address, a[INIT_MINT_0].key, 32);
  seed(&address, a[INIT_MINT_1].key, 32);
  int derived = is_address(&address, a[INIT_POOL].key);
  REQUIRE_AT(derived || a[INIT_POOL].is_signer, "pool_state", RequireEqViolated);
  Creation creation = {&a[INIT_CREATOR], &a[INIT_POOL], POOL_SIZE, &PROGRAM_ID, derived ? &address : 0};
  return create(&creation);
}

static u64 check_initialize(const Account *a) {
  const Account *creator = &a[INIT_CREATOR];
  REQUIRE_AT(creator->is_signer, "creator", AccountNotSigner);
  REQUIRE_AT(creator->is_writable, "creator", ConstraintMut);
  TRY(check_state(&a[INIT_CONFIG], CONFIG_SIZE, TAG_AMM_CONFIG, "amm_config"));
  TRY(check_authority(&a[INIT_AUTHORITY]));
  REQUIRE_AT(same_key(a[INIT_TOKEN_PROGRAM].key, &TOKEN_PROGRAM), "token_program", InvalidProgramId);
  REQUIRE_AT(is_token_program(a[INIT_PROGRAM_0].key), "token_0_program", InvalidProgramId);
  REQUIRE_AT(is_token_program(a[INIT_PROGRAM_1].key), "token_1_program", InvalidProgramId);
  REQUIRE_AT(same_key(a[INIT_ATA_PROGRAM].key, &ATA_PROGRAM), "associated_token_program", InvalidProgramId);
  REQUIRE_AT(same_key(a[INIT_SYSTEM_PROGRAM].key, &SYSTEM_PROGRAM), "system_program", InvalidProgramId);
  REQUIRE_AT(same_key(a[INIT_RENT].key, &RENT_SYSVAR), "rent", AccountSysvarMismatch);
  REQUIRE_AT(same_key(a[INIT_FEE_ACCOUNT].key, &CREATE_POOL_FEE_ACCOUNT), "create_pool_fee", ConstraintAddress);
  REQUIRE_AT(a[INIT_FEE_ACCOUNT].is_writable, "create_pool_fee", ConstraintMut);
  return 0;
}

/* Byte order of addresses, which decides which mint is token 0. */
static int key_less(const Key *a, const Key *b) {
  const u8 *x = (const u8 *)a, *y = (const u8 *)b;
  u64 i = 0;
  while (i < 31 && x[i] == y[i]) i++;
  return x[i] < y[i];
}

static u64 check_deposit_side(const Account *a, u64 side, const char *mint_name, const char *account_name) {
  const Account *mint = &a[INIT_MINT_0 + side], *program = &a[INIT_PROGRAM_0 + side];
  TRY(check_mint(mint, program, mint_name));
  return check_token_account(&a[INIT_FROM_0 + side], program->key, mint->key, a[INIT_CREATOR].key, account_name);
}

static void write_pool(const Account *a, u64 lp_supply, u64 open_time, u64 epoch) {
  u8 *data = a[INIT_POOL].data;
  store64(data, TAG_POOL_STATE);
  put_key(data + POOL_AMM_CONFIG, a[INIT_CONFIG].key);
  put_key(data + POOL_CREATOR, a[INIT_CREATOR].key);
  put_key(data + POOL_VAULT_0, a[INIT_VAULT_0].key);
  put_key(data + POOL_VAULT_1, a[INIT_VAULT_1].key);
  put_key(data + POOL_LP_MINT, a[INIT_LP_MINT].key);
  put_key(data + POOL_MINT_0, a[INIT_MINT_0].key);
  put_key(data + POOL_MINT_1, a[INIT_MINT_1].key);
  put_key(data + POOL_PROGRAM_0, a[INIT_PROGRAM_0].key);
  put_key(data + POOL_PROGRAM_1, a[INIT_PROGRAM_1].key);
  put_key(data + POOL_OBSERVATION, a[INIT_OBSERVATION].key);
  data[POOL_AUTH_BUMP] = AUTHORITY_BUMP;
  data[POOL_LP_DECIMALS] = LP_DECIMALS;
  data[POOL_MINT_0_DECIMALS] = a[INIT_MINT_0].data[MINT_DECIMALS];
  data[POOL_MINT_1_DECIMALS] = a[INIT_MINT_1].data[MINT_DECIMALS];
  store64(data + POOL_LP_SUPPLY, lp_supply);
  store64(data + POOL_OPEN_TIME, open_time);
  store64(data + POOL_RECENT_EPOCH, epoch);
}

static u64 fund_vault(const Account *a, u64 side, u64 amount) {
  Transfer move = {&a[INIT_FROM_0 + side], &a[INIT_MINT_0 + side], &a[INIT_VAULT_0 + side], &a[INIT_CREATOR], amount};
  return amount == 0 ? 0 : transfer(&move, 0);
}

static void log_liquidity(u64 liquidity, u64 vault_0, u64 vault_1) {
  Line line;
  line.len = 0;
  put_text(&line, "liquidity:");
  put_number(&line, liquidity);
  put_text(&line, ", lock_lp_amount:");
  put_number(&line, LP_LOCKED);
  put_text(&line, ", vault_0_amount:");
  put_number(&line, vault_0);
  put_text(&line, ",vault_1_amount:");
  put_number(&line, vault_1);
  log_line(&line);
}

static u64 pay_creation_fee(const Account *a) {
  u64 fee = load64(a[INIT_CONFIG].data + CONFIG_CREATE_POOL_FEE);
  Cpi cpi;
  if (fee == 0) return 0;
  TRY(send_lamports(&a[INIT_CREATOR], &a[INIT_FEE_ACCOUNT], fee));
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_FEE_ACCOUNT], 1, 0);
  cpi.data[0] = 17; /* SyncNative */
  return cpi_send(&cpi, &TOKEN_PROGRAM, 1, 0);
}

/* Of a mint without forbidden extensions; others need their listing among the accounts after the last. */
static u64 check_supported(const Input *input, u64 side) {
  const Account *mint = &input->accounts[INIT_MINT_0 + side];
  REQUIRE(mint_supported(mint, is_listed(input, INIT_ACCOUNTS, mint)), NotSupportMint);
  return 0;
}

static u64 create_accounts(const Input *input) {
  const Account *a = input->accounts;
  TRY(create_lp_mint(a));
  TRY(create_lp_account(a));
  TRY(create_observation(a));
  TRY(check_supported(input, 0));
  TRY(check_supported(input, 1));
  REQUIRE(!a[INIT_CONFIG].data[CONFIG_DISABLE_CREATE_POOL], NotApproved);
  TRY(create_vault(a, 0, "token_0_vault"));
  TRY(create_vault(a, 1, "token_1_vault"));
  return create_pool(a);
}

static u64 initialize(const Input *input) {
  const Account *a = input->accounts;
  Clock clock;
  u64 vault_0, vault_1, liquidity, open_time;
  REQUIRE(input->args_len >= 24, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= INIT_ACCOUNTS, AccountNotEnoughKeys);
  TRY(check_initialize(a));
  REQUIRE_AT(key_less(a[INIT_MINT_0].key, a[INIT_MINT_1].key), "token_0_mint", ConstraintRaw);
  TRY(check_deposit_side(a, 0, "token_0_mint", "creator_token_0"));
  TRY(check_deposit_side(a, 1, "token_1_mint", "creator_token_1"));
  TRY(sol_get_clock_sysvar(&clock));
  TRY(create_accounts(input));
  TRY(fund_vault(a, 0, load64(input->args)));
  TRY(fund_vault(a, 1, load64(input->args + 8)));
  vault_0 = token_amount(&a[INIT_VAULT_0]);
  vault_1 = token_amount(&a[INIT_VAULT_1]);
  REQUIRE(vault_0 != 0 && vault_1 != 0, EmptySupply);
  liquidity = square_root_of_product(vault_0, vault_1);
  log_liquidity(liquidity, vault_0, vault_1);
  REQUIRE(liquidity >= LP_LOCKED, InitLpAmountTooLess);
  TRY(mint_lp(&a[INIT_LP_MINT], &a[INIT_LP_ACCOUNT], &a[INIT_AUTHORITY], liquidity - LP_LOCKED));
  TRY(pay_creation_fee(a));
  open_time = load64(input->args + 16);
  if (open_time <= clock.unix_timestamp) open_time = clock.unix_timestamp + 1;
  write_pool(a, liquidity, open_time, clock.epoch);
  return 0;
}

#endif
