/* initialize2: creates everything that belongs to a pool, and funds it. The order book's own accounts are made but
 * not opened: there is no order book here. */
#ifndef INITIALIZE_H
#define INITIALIZE_H

#include "pool.h"

enum {
  INIT_TOKEN_PROGRAM, INIT_ATA_PROGRAM, INIT_SYSTEM, INIT_RENT, INIT_POOL, INIT_AUTHORITY, INIT_OPEN_ORDERS,
  INIT_LP_MINT, INIT_COIN_MINT, INIT_PC_MINT, INIT_COIN_VAULT, INIT_PC_VAULT, INIT_TARGET_ORDERS, INIT_CONFIG,
  INIT_FEE_ACCOUNT, INIT_MARKET_PROGRAM, INIT_MARKET, INIT_USER, INIT_FROM_COIN, INIT_FROM_PC, INIT_LP_ACCOUNT,
  INIT_ACCOUNTS
};

typedef struct { u64 nonce, open_time, pc, coin, liquidity, coin_lot, pc_lot; Clock clock; } Start;

static void log_start(const Start *start) {
  Line line;
  line.len = 0;
  put_text(&line, "initialize2: InitializeInstruction2 { nonce: ");
  put_number(&line, start->nonce);
  put_text(&line, ", open_time: ");
  put_number(&line, start->open_time);
  put_text(&line, ", init_pc_amount: ");
  put_number(&line, start->pc);
  put_text(&line, ", init_coin_amount: ");
  put_number(&line, start->coin);
  put_text(&line, " }");
  log_line(&line);
}

static u64 pool_seeds(Address *address, const Account *a, const char *text, u64 len) {
  address->len = 0;
  seed(address, &PROGRAM_ID, 32);
  seed(address, a[INIT_MARKET].key, 32);
  seed(address, text, len);
  return 0;
}
#define POOL_SEEDS(address, a, literal) pool_seeds(address, a, literal, sizeof(literal) - 1)

/* An account at a program address, paid by the user step by step, as it may hold lamports already. */
static u64 open(const Account *a, u64 at, u64 size, const Key *owner, Address *address) {
  Signer signer = {address->seeds, address->len};
  u64 lamports;
  REQUIRE(a[at].is_writable, AccountNeedWriteable);
  TRY(rent_for(size, &lamports));
  if (*a[at].lamports < lamports) TRY(send_lamports(&a[INIT_USER], &a[at], lamports - *a[at].lamports));
  return allocate(&a[at], size, owner, &signer);
}

static u64 open_lp_mint(const Account *a) {
  Address address;
  Cpi cpi;
  POOL_SEEDS(&address, a, "lp_mint_associated_seed");
  REQUIRE(is_address(&address, a[INIT_LP_MINT].key), InvalidPoolMint);
  TRY(open(a, INIT_LP_MINT, MINT_SIZE, &TOKEN_PROGRAM, &address));
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_LP_MINT], 1, 0);
  cpi_account(&cpi, &a[INIT_RENT], 0, 0);
  cpi.data[0] = 0; /* InitializeMint */
  cpi.data[1] = a[INIT_COIN_MINT].data[MINT_DECIMALS];
  put_key(cpi.data + 2, &AUTHORITY);
  cpi.data[34] = 0; /* no freeze authority */
  return cpi_send(&cpi, &TOKEN_PROGRAM, 35, 0);
}

static u64 open_vault(const Account *a, u64 vault, u64 mint, Address *address) {
  Cpi cpi;
  TRY(open(a, vault, TOKEN_ACCOUNT_SIZE, &TOKEN_PROGRAM, address));
  cpi.len = 0;
  cpi_account(&cpi, &a[vault], 1, 0);
  cpi_account(&cpi, &a[mint], 0, 0);
  cpi_account(&cpi, &a[INIT_AUTHORITY], 0, 0);
  cpi_account(&cpi, &a[INIT_RENT], 0, 0);
  cpi.data[0] = 1; /* InitializeAccount */
  return cpi_send(&cpi, &TOKEN_PROGRAM, 1, 0);
}

static u64 open_accounts(const Account *a) {
  Address address;
  POOL_SEEDS(&address, a, "target_associated_seed");
  REQUIRE(is_address(&address, a[INIT_TARGET_ORDERS].key), InvalidTargetOrders);
  TRY(open(a, INIT_TARGET_ORDERS, TARGET_ORDERS_SIZE, &PROGRAM_ID, &address));
  TRY(open_lp_mint(a));
  POOL_SEEDS(&address, a, "coin_vault_associated_seed");
  REQUIRE(is_address(&address, a[INIT_COIN_VAULT].key), InvalidCoinVault);
  TRY(open_vault(a, INIT_COIN_VAULT, INIT_COIN_MINT, &address));
  POOL_SEEDS(&address, a, "pc_vault_associated_seed");
  REQUIRE(is_address(&address, a[INIT_PC_VAULT].key), InvalidPCVault);
  TRY(open_vault(a, INIT_PC_VAULT, INIT_PC_MINT, &address));
  POOL_SEEDS(&address, a, "amm_associated_seed");
  REQUIRE(is_address(&address, a[INIT_POOL].key), InvalidProgramAddress);
  TRY(open(a, INIT_POOL, POOL_SIZE, &PROGRAM_ID, &address));
  POOL_SEEDS(&address, a, "open_order_associated_seed");
  REQUIRE(is_address(&address, a[INIT_OPEN_ORDERS].key), InvalidOpenOrders);
  return open(a, INIT_OPEN_ORDERS, OPEN_ORDERS_SIZE, a[INIT_MARKET_PROGRAM].key, &address);
}

static u64 pay_creation_fee(const Account *a) {
  u64 fee = load64(a[INIT_CONFIG].data + CONFIG_CREATE_POOL_FEE);
  Cpi cpi;
  if (fee == 0) return 0;
  TRY(send_lamports(&a[INIT_USER], &a[INIT_FEE_ACCOUNT], fee));
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_FEE_ACCOUNT], 1, 0);
  cpi.data[0] = 17; /* SyncNative */
  return cpi_send(&cpi, &TOKEN_PROGRAM, 1, 0);
}

static int is_mint(const Account *mint) {
  return same_key(mint->owner, &TOKEN_PROGRAM) && mint->data_len == MINT_SIZE && mint->data[MINT_INITIALIZED] == 1;
}

static u64 check_programs(const Account *a) {
  REQUIRE(same_key(a[INIT_TOKEN_PROGRAM].key, &TOKEN_PROGRAM), InvalidSplTokenProgram);
  REQUIRE(same_key(a[INIT_ATA_PROGRAM].key, &ATA_PROGRAM), InvalidProgramAddress);
  REQUIRE(same_key(a[INIT_SYSTEM].key, &SYSTEM_PROGRAM), InvalidSysProgramAddress);
  REQUIRE(same_key(a[INIT_RENT].key, &RENT_SYSVAR), ExpectedAccount);
  REQUIRE(same_key(a[INIT_AUTHORITY].key, &AUTHORITY), InvalidProgramAddress);
  REQUIRE(same_key(a[INIT_CONFIG].key, &CONFIG) && same_key(a[INIT_CONFIG].owner, &PROGRAM_ID) &&
          a[INIT_CONFIG].data_len == CONFIG_SIZE, InvalidConfigAccount);
  REQUIRE(same_key(a[INIT_FEE_ACCOUNT].key, &CREATE_FEE_ACCOUNT), InvalidFee);
  REQUIRE(a[INIT_FEE_ACCOUNT].is_writable, AccountNeedWriteable);
  return 0;
}

static u64 check_source(const Account *a, u64 from, u64 mint, u64 wrong_mint) {
  REQUIRE(is_mint(&a[mint]), ExpectedMint);
  REQUIRE(is_token_account(&a[from]), ExpectedAccount);
  REQUIRE(a[from].is_writable, AccountNeedWriteable);
  REQUIRE(same_key(KEY_AT(&a[from], TOKEN_MINT), a[mint].key), wrong_mint);
  REQUIRE(same_key(KEY_AT(&a[from], TOKEN_OWNER), a[INIT_USER].key), InvalidOwner);
  return 0;
}

static u64 check_initialize(const Account *a, const Start *start) {
  REQUIRE(a[INIT_USER].is_signer, InvalidSignAccount);
  REQUIRE(a[INIT_USER].is_writable, AccountNeedWriteable);
  TRY(check_programs(a));
  REQUIRE(start->nonce == AUTHORITY_BUMP, InvalidProgramAddress);
  REQUIRE(same_key(a[INIT_POOL].owner, &SYSTEM_PROGRAM), RepeatCreateAmm);
  REQUIRE(!same_key(a[INIT_COIN_MINT].key, a[INIT_PC_MINT].key), NotAllowed);
  TRY(check_source(a, INIT_FROM_COIN, INIT_COIN_MINT, InvalidCoinMint));
  return check_source(a, INIT_FROM_PC, INIT_PC_MINT, InvalidPCMint);
}

static u64 power_of_ten(u64 exponent) {
  u64 power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

static void write_terms(u8 *data, const Account *a) {
  static const u64 FEES[8] = {5, 10000, 25, 10000, 12, 100, 25, 10000};
  u64 coin = a[INIT_COIN_MINT].data[MINT_DECIMALS], pc = a[INIT_PC_MINT].data[MINT_DECIMALS];
  store64(data + POOL_NONCE, AUTHORITY_BUMP);
  store64(data + POOL_ORDER_NUM, 7);
  store64(data + POOL_DEPTH, 3);
  store64(data + POOL_COIN_DECIMALS, coin);
  store64(data + POOL_PC_DECIMALS, pc);
  store64(data + POOL_STATE, 1);
  store64(data + POOL_VOL_MAX_CUT_RATIO, 500);
  store64(data + POOL_MIN_PRICE, 1);
  store64(data + POOL_MAX_PRICE, 1000000000);
  store64(data + POOL_SYS_DECIMALS, power_of_ten(coin > pc ? coin : pc));
  for (int i = 0; i < 8; i++) store64(data + POOL_FEES + 8 * i, FEES[i]);
}

static void write_pool(const Account *a, const Start *start) {
  u8 *data = a[INIT_POOL].data;
  int waits = start->open_time > start->clock.unix_timestamp;
  write_terms(data, a);
  store64(data + POOL_STATUS, waits ? STATUS_WAITING_TRADE : STATUS_SWAP_ONLY);
  store64(data + POOL_COIN_LOT_SIZE, start->coin_lot);
  store64(data + POOL_PC_LOT_SIZE, start->pc_lot);
  store64(data + POOL_OPEN_TIME, start->open_time);
  put_key(data + POOL_COIN_VAULT, a[INIT_COIN_VAULT].key);
  put_key(data + POOL_PC_VAULT, a[INIT_PC_VAULT].key);
  put_key(data + POOL_COIN_MINT, a[INIT_COIN_MINT].key);
  put_key(data + POOL_PC_MINT, a[INIT_PC_MINT].key);
  put_key(data + POOL_LP_MINT, a[INIT_LP_MINT].key);
  put_key(data + POOL_OPEN_ORDERS, a[INIT_OPEN_ORDERS].key);
  put_key(data + POOL_MARKET, a[INIT_MARKET].key);
  put_key(data + POOL_MARKET_PROGRAM, a[INIT_MARKET_PROGRAM].key);
  put_key(data + POOL_TARGET_ORDERS, a[INIT_TARGET_ORDERS].key);
  store64(data + POOL_LP_AMOUNT, start->liquidity);
}

/* The user gets all shares but one whole, which nobody has. */
static u64 mint_shares(const Account *a, u64 liquidity) {
  u64 locked = power_of_ten(a[INIT_COIN_MINT].data[MINT_DECIMALS]);
  Cpi cpi;
  REQUIRE(liquidity > locked, InitLpAmountTooLess);
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_LP_MINT], 1, 0);
  cpi_account(&cpi, &a[INIT_LP_ACCOUNT], 1, 0);
  cpi_account(&cpi, &a[INIT_AUTHORITY], 0, 1);
  cpi.data[0] = 7; /* MintTo */
  store64(cpi.data + 1, liquidity - locked);
  return send_as_authority(&cpi, 9);
}

static u64 open_lp_account(const Account *a) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, &a[INIT_USER], 1, 1);
  cpi_account(&cpi, &a[INIT_LP_ACCOUNT], 1, 0);
  cpi_account(&cpi, &a[INIT_USER], 0, 0);
  cpi_account(&cpi, &a[INIT_LP_MINT], 0, 0);
  cpi_account(&cpi, &a[INIT_SYSTEM], 0, 0);
  cpi_account(&cpi, &a[INIT_TOKEN_PROGRAM], 0, 0);
  cpi.data[0] = 0; /* Create */
  return cpi_send(&cpi, &ATA_PROGRAM, 1, 0);
}

static void log_creation(const Account *a, const Start *start) {
  Record record;
  record.len = 0;
  put_byte(&record, 0);
  put_word(&record, start->open_time);
  put_byte(&record, a[INIT_PC_MINT].data[MINT_DECIMALS]);
  put_byte(&record, a[INIT_COIN_MINT].data[MINT_DECIMALS]);
  put_word(&record, start->pc_lot);
  put_word(&record, start->coin_lot);
  put_word(&record, start->pc);
  put_word(&record, start->coin);
  put_key(record.bytes + record.len, a[INIT_MARKET].key);
  record.len += 32;
  log_record(&record);
}

static void read_lots(const Account *market, Start *start) {
  int known = market->data_len == MARKET_SIZE;
  start->coin_lot = known ? load64(market->data + MARKET_COIN_LOT_SIZE) : 1;
  start->pc_lot = known ? load64(market->data + MARKET_PC_LOT_SIZE) : 1;
}

static u64 initialize(const Input *input) {
  const Account *a = input->accounts;
  const u8 *args = input->data + 1;
  Start start;
  REQUIRE(input->data_len >= 26, InvalidInstruction);
  REQUIRE(input->accounts_len >= INIT_ACCOUNTS, WrongAccountsNumber);
  start.nonce = args[0];
  start.open_time = load64(args + 1);
  start.pc = load64(args + 9);
  start.coin = load64(args + 17);
  log_start(&start);
  TRY(check_initialize(a, &start));
  TRY(sol_get_clock_sysvar(&start.clock));
  if (start.open_time < start.clock.unix_timestamp) start.open_time = start.clock.unix_timestamp;
  read_lots(&a[INIT_MARKET], &start);
  start.liquidity = square_root_of_product(start.pc, start.coin);
  TRY(pay_creation_fee(a));
  TRY(open_accounts(a));
  TRY(open_lp_account(a));
  TRY(transfer(&a[INIT_FROM_COIN], &a[INIT_COIN_VAULT], &a[INIT_USER], start.coin, 0));
  TRY(transfer(&a[INIT_FROM_PC], &a[INIT_PC_VAULT], &a[INIT_USER], start.pc, 0));
  TRY(mint_shares(a, start.liquidity));
  write_pool(a, &start);
  log_creation(a, &start);
  return 0;
}

#endif
