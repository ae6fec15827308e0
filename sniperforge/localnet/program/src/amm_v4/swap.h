/* swapBaseIn and swapBaseOut, in the forms with the order book's accounts and without. Of those accounts none is
 * looked at, open and target orders included: recorded swaps name the pool in their places. */
#ifndef SWAP_H
#define SWAP_H

#include "pool.h"

#define LONG_FORM 18 /* accounts; one less without the target orders */
#define SHORT_FORM 8

typedef struct {
  const Account *program, *pool, *authority, *coin_vault, *pc_vault, *from, *to, *user;
  u64 coin, pc; /* reserves */
  u64 coin_in;  /* the direction: coin for pc */
  u64 reserve_in, reserve_out, input, output, fee;
} Swap;

static u64 read_accounts(const Input *input, Swap *swap, int v2) {
  const Account *a = input->accounts;
  u64 count = input->accounts_len, vaults, last = count - 3;
  REQUIRE(v2 ? count == SHORT_FORM : count == LONG_FORM || count == LONG_FORM - 1, WrongAccountsNumber);
  swap->program = &a[0];
  swap->pool = &a[1];
  swap->authority = &a[2];
  vaults = v2 ? 3 : count == LONG_FORM ? 5 : 4;
  swap->coin_vault = &a[vaults];
  swap->pc_vault = &a[vaults + 1];
  swap->from = &a[last];
  swap->to = &a[last + 1];
  swap->user = &a[last + 2];
  return 0;
}

static u64 check_pool(const Swap *swap) {
  const Account *pool = swap->pool;
  REQUIRE(swap->user->is_signer, InvalidSignAccount);
  REQUIRE(same_key(swap->program->key, &TOKEN_PROGRAM), InvalidSplTokenProgram);
  REQUIRE(same_key(pool->owner, &PROGRAM_ID) && pool->data_len == POOL_SIZE, InvalidAmmAccountOwner);
  REQUIRE(same_key(swap->authority->key, &AUTHORITY), InvalidProgramAddress);
  REQUIRE(same_key(swap->coin_vault->key, KEY_AT(pool, POOL_COIN_VAULT)), InvalidCoinVault);
  REQUIRE(same_key(swap->pc_vault->key, KEY_AT(pool, POOL_PC_VAULT)), InvalidPCVault);
  REQUIRE(pool->is_writable && swap->coin_vault->is_writable && swap->pc_vault->is_writable &&
          swap->from->is_writable && swap->to->is_writable, AccountNeedWriteable);
  return 0;
}

/* The user's accounts say the direction. */
static u64 check_user(Swap *swap) {
  const Key *coin = KEY_AT(swap->pool, POOL_COIN_MINT), *pc = KEY_AT(swap->pool, POOL_PC_MINT);
  REQUIRE(is_token_account(swap->from) && is_token_account(swap->to), InvalidUserToken);
  swap->coin_in = same_key(KEY_AT(swap->from, TOKEN_MINT), coin);
  REQUIRE(same_key(KEY_AT(swap->from, TOKEN_MINT), swap->coin_in ? coin : pc) &&
          same_key(KEY_AT(swap->to, TOKEN_MINT), swap->coin_in ? pc : coin), InvalidUserToken);
  REQUIRE(same_key(KEY_AT(swap->from, TOKEN_OWNER), swap->user->key), InvalidOwner);
  REQUIRE(!same_key(swap->to->key, swap->pc_vault->key), InvalidDestTokenPC);
  REQUIRE(!same_key(swap->to->key, swap->coin_vault->key), InvalidDestTokenCoin);
  return 0;
}

/* A pool that waits opens with its first swap after its time. */
static u64 check_status(const Swap *swap) {
  u8 *data = swap->pool->data;
  u64 status = load64(data + POOL_STATUS);
  Clock clock;
  REQUIRE(status == STATUS_INITIALIZED || status == STATUS_SWAP_ONLY || status == STATUS_WAITING_TRADE, InvalidStatus);
  if (status != STATUS_WAITING_TRADE) return 0;
  TRY(sol_get_clock_sysvar(&clock));
  REQUIRE(clock.unix_timestamp >= load64(data + POOL_OPEN_TIME), InvalidStatus);
  store64(data + POOL_STATUS, STATUS_SWAP_ONLY);
  return 0;
}

static u64 read_reserves(Swap *swap) {
  const u8 *data = swap->pool->data;
  u64 coin = token_amount(swap->coin_vault), pc = token_amount(swap->pc_vault);
  u64 coin_owed = load64(data + POOL_COIN_OWED), pc_owed = load64(data + POOL_PC_OWED);
  REQUIRE(coin >= coin_owed && pc >= pc_owed, InsufficientFunds);
  swap->coin = coin - coin_owed;
  swap->pc = pc - pc_owed;
  swap->reserve_in = swap->coin_in ? swap->coin : swap->pc;
  swap->reserve_out = swap->coin_in ? swap->pc : swap->coin;
  return 0;
}

static u64 price_input(Swap *swap) {
  const u8 *fees = swap->pool->data + POOL_SWAP_FEE;
  u64 net, depth;
  REQUIRE(multiply_divide(swap->input, load64(fees), load64(fees + 8), 1, &swap->fee) && swap->fee <= swap->input,
          CalculationExRateFailure);
  net = swap->input - swap->fee;
  REQUIRE(add(swap->reserve_in, net, &depth) &&
          multiply_divide(swap->reserve_out, net, depth, 0, &swap->output), CalculationExRateFailure);
  return 0;
}

static u64 price_output(Swap *swap) {
  const u8 *fees = swap->pool->data + POOL_SWAP_FEE;
  u64 net, one = load64(fees + 8), rate = load64(fees);
  REQUIRE(swap->output < swap->reserve_out, InsufficientFunds);
  REQUIRE(rate < one &&
          multiply_divide(swap->reserve_in, swap->output, swap->reserve_out - swap->output, 1, &net) &&
          multiply_divide(net, one, one - rate, 1, &swap->input), CalculationExRateFailure);
  swap->fee = swap->input - net;
  return 0;
}

static void count(u8 *sum, u64 amount) {
  u64 low = load64(sum) + amount;
  store64(sum + 8, load64(sum + 8) + (low < amount));
  store64(sum, low);
}

static void write_sums(const Swap *swap) {
  u8 *data = swap->pool->data;
  u8 *fees = data + (swap->coin_in ? POOL_COIN_FEES : POOL_PC_FEES);
  count(data + (swap->coin_in ? POOL_SWAP_COIN_IN : POOL_SWAP_PC_IN), swap->input);
  count(data + (swap->coin_in ? POOL_SWAP_PC_OUT : POOL_SWAP_COIN_OUT), swap->output);
  store64(fees, load64(fees) + swap->fee);
}

/* What was asked and what came of it: `result` is the output, or the input of an exact output. */
static void log_swap(const Swap *swap, u8 kind, u64 first, u64 second, u64 result) {
  Record record;
  record.len = 0;
  put_byte(&record, kind);
  put_word(&record, first);
  put_word(&record, second);
  put_word(&record, swap->coin_in ? 2 : 1);
  put_word(&record, token_amount(swap->from));
  put_word(&record, swap->coin);
  put_word(&record, swap->pc);
  put_word(&record, result);
  log_record(&record);
}

static u64 move(const Swap *swap) {
  const Account *in = swap->coin_in ? swap->coin_vault : swap->pc_vault;
  const Account *out = swap->coin_in ? swap->pc_vault : swap->coin_vault;
  TRY(transfer(swap->from, in, swap->user, swap->input, 0));
  return transfer(out, swap->to, swap->authority, swap->output, 1);
}

static u64 begin_swap(const Input *input, Swap *swap, int v2) {
  REQUIRE(input->data_len >= 17, InvalidInstruction);
  TRY(read_accounts(input, swap, v2));
  TRY(check_pool(swap));
  TRY(check_user(swap));
  TRY(check_status(swap));
  return read_reserves(swap);
}

static u64 swap_base_in(const Input *input, int v2) {
  Swap swap;
  TRY(begin_swap(input, &swap, v2));
  u64 minimum = load64(input->data + 9);
  swap.input = load64(input->data + 1);
  REQUIRE(swap.input != 0, InvalidInput);
  REQUIRE(token_amount(swap.from) >= swap.input, InsufficientFunds);
  TRY(price_input(&swap));
  log_swap(&swap, 3, swap.input, minimum, swap.output);
  REQUIRE(swap.output >= minimum, ExceededSlippage);
  REQUIRE(swap.output != 0, InvalidInput);
  write_sums(&swap);
  return move(&swap);
}

static u64 swap_base_out(const Input *input, int v2) {
  Swap swap;
  TRY(begin_swap(input, &swap, v2));
  u64 maximum = load64(input->data + 1);
  swap.output = load64(input->data + 9);
  REQUIRE(swap.output != 0, InvalidInput);
  TRY(price_output(&swap));
  log_swap(&swap, 4, maximum, swap.output, swap.input);
  REQUIRE(swap.input <= maximum, ExceededSlippage);
  REQUIRE(swap.input != 0, InvalidInput);
  REQUIRE(token_amount(swap.from) >= swap.input, InsufficientFunds);
  write_sums(&swap);
  return move(&swap);
}

#endif
