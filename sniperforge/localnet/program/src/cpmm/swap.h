/* swap_base_input and swap_base_output. */
#ifndef SWAP_H
#define SWAP_H

#include "pool.h"

enum {
  SWAP_PAYER, SWAP_AUTHORITY, SWAP_CONFIG, SWAP_POOL, SWAP_FROM, SWAP_TO, SWAP_VAULT_IN, SWAP_VAULT_OUT,
  SWAP_PROGRAM_IN, SWAP_PROGRAM_OUT, SWAP_MINT_IN, SWAP_MINT_OUT, SWAP_OBSERVATION, SWAP_ACCOUNTS
};

typedef struct {
  const Account *accounts;
  Clock clock;
  u64 side; /* of the input: 0 or 1 */
  TransferFee fee_in, fee_out;
  Trade trade;
  u64 sent, withheld_in;      /* by the payer; withheld on the way to the vault */
  u64 received, withheld_out; /* by the payer; withheld on the way from the vault */
} Swap;

static u64 check_vaults(Swap *swap) {
  const Account *in = &swap->accounts[SWAP_VAULT_IN], *out = &swap->accounts[SWAP_VAULT_OUT];
  const Key *vault_0 = KEY_AT(&swap->accounts[SWAP_POOL], POOL_VAULT_0), *vault_1 = vault_0 + 1;
  int in_is_0 = same_key(in->key, vault_0), out_is_0 = same_key(out->key, vault_0);
  REQUIRE_AT(in_is_0 || same_key(in->key, vault_1), "input_vault", ConstraintRaw);
  REQUIRE_AT(out_is_0 || same_key(out->key, vault_1), "output_vault", ConstraintRaw);
  REQUIRE_AT(in->is_writable, "input_vault", ConstraintMut);
  REQUIRE_AT(out->is_writable, "output_vault", ConstraintMut);
  REQUIRE(in_is_0 != out_is_0, InvalidVault);
  swap->side = in_is_0 ? 0 : 1;
  return 0;
}

/* The mint and program of one side of the swap must be those of the pool's side. */
static u64 check_side(const Swap *swap, u64 pool_side, u64 mint, u64 program, const char *name) {
  const Account *pool = &swap->accounts[SWAP_POOL];
  REQUIRE_AT(same_key(swap->accounts[mint].key, KEY_AT(pool, POOL_MINT_0) + pool_side), name, ConstraintAddress);
  REQUIRE_AT(same_key(swap->accounts[program].key, KEY_AT(pool, POOL_PROGRAM_0) + pool_side), name, InvalidProgramId);
  REQUIRE_AT(same_key(swap->accounts[mint].owner, swap->accounts[program].key), name, ConstraintMintTokenProgram);
  return 0;
}

static u64 check_swap(Swap *swap) {
  const Account *a = swap->accounts, *pool = &a[SWAP_POOL];
  REQUIRE_AT(a[SWAP_PAYER].is_signer, "payer", AccountNotSigner);
  TRY(check_authority(&a[SWAP_AUTHORITY]));
  TRY(check_pool(pool));
  TRY(check_state(&a[SWAP_CONFIG], CONFIG_SIZE, TAG_AMM_CONFIG, "amm_config"));
  REQUIRE_AT(same_key(a[SWAP_CONFIG].key, KEY_AT(pool, POOL_AMM_CONFIG)), "amm_config", ConstraintAddress);
  TRY(check_vaults(swap));
  TRY(check_side(swap, swap->side, SWAP_MINT_IN, SWAP_PROGRAM_IN, "input_token_mint"));
  TRY(check_side(swap, 1 - swap->side, SWAP_MINT_OUT, SWAP_PROGRAM_OUT, "output_token_mint"));
  TRY(check_token_account(&a[SWAP_FROM], a[SWAP_PROGRAM_IN].key, a[SWAP_MINT_IN].key, 0, "input_token_account"));
  TRY(check_token_account(&a[SWAP_TO], a[SWAP_PROGRAM_OUT].key, a[SWAP_MINT_OUT].key, 0, "output_token_account"));
  REQUIRE_AT(same_key(a[SWAP_OBSERVATION].key, KEY_AT(pool, POOL_OBSERVATION)), "observation_state", ConstraintAddress);
  TRY(check_state(&a[SWAP_OBSERVATION], OBSERVATION_SIZE, TAG_OBSERVATION_STATE, "observation_state"));
  REQUIRE_AT(a[SWAP_OBSERVATION].is_writable, "observation_state", ConstraintMut);
  return 0;
}

static u64 read_terms(Swap *swap) {
  const Account *a = swap->accounts, *pool = &a[SWAP_POOL];
  const u8 *config = a[SWAP_CONFIG].data;
  Trade *trade = &swap->trade;
  u8 creator_fee_on = pool->data[POOL_CREATOR_FEE_ON];
  REQUIRE(!(pool->data[POOL_STATUS] & STATUS_NO_SWAP) &&
          swap->clock.unix_timestamp >= load64(pool->data + POOL_OPEN_TIME), NotApproved);
  REQUIRE(creator_fee_on <= 2, InvalidFeeModel);
  TRY(reserve_of(pool, &a[SWAP_VAULT_IN], swap->side, &trade->reserve_in));
  TRY(reserve_of(pool, &a[SWAP_VAULT_OUT], 1 - swap->side, &trade->reserve_out));
  trade->trade_rate = load64(config + CONFIG_TRADE_FEE_RATE);
  trade->protocol_rate = load64(config + CONFIG_PROTOCOL_FEE_RATE);
  trade->fund_rate = load64(config + CONFIG_FUND_FEE_RATE);
  trade->creator_rate = pool->data[POOL_ENABLE_CREATOR_FEE] ? load64(config + CONFIG_CREATOR_FEE_RATE) : 0;
  trade->creator_on_input = creator_fee_on == 0 || creator_fee_on == 1 + swap->side;
  read_transfer_fee(&a[SWAP_MINT_IN], swap->clock.epoch, &swap->fee_in);
  read_transfer_fee(&a[SWAP_MINT_OUT], swap->clock.epoch, &swap->fee_out);
  return 0;
}

static u64 price_input(Swap *swap, u64 amount_in, u64 minimum_out) {
  Trade *trade = &swap->trade;
  swap->sent = amount_in;
  swap->withheld_in = withheld_from(&swap->fee_in, amount_in);
  trade->input = amount_in - swap->withheld_in;
  if (trade->input == 0) return fail_compared(RequireGtViolated, 0, 0);
  REQUIRE(trade_input(trade), ZeroTradingTokens);
  swap->withheld_out = withheld_from(&swap->fee_out, trade->output);
  swap->received = trade->output - swap->withheld_out;
  if (swap->received == 0) return fail_compared(RequireGtViolated, 0, 0);
  if (swap->received < minimum_out) return fail_compared(ExceededSlippage, swap->received, minimum_out);
  return 0;
}

static u64 gross_of(const TransferFee *fee, u64 net, u64 *withheld, u64 *gross) {
  u64 consistent;
  REQUIRE(withheld_on_top(fee, net, withheld, &consistent) && add(net, *withheld, gross), MathOverflow);
  REQUIRE(consistent, TransferFeeCalculateNotMatch);
  return 0;
}

static u64 price_output(Swap *swap, u64 maximum_in, u64 amount_out) {
  Trade *trade = &swap->trade;
  swap->received = amount_out;
  if (amount_out == 0) return fail_compared(RequireGtViolated, 0, 0);
  TRY(gross_of(&swap->fee_out, amount_out, &swap->withheld_out, &trade->output));
  REQUIRE(trade_output(trade), ZeroTradingTokens);
  TRY(gross_of(&swap->fee_in, trade->input, &swap->withheld_in, &swap->sent));
  if (maximum_in < swap->sent) return fail_compared(ExceededSlippage, maximum_in, swap->sent);
  return 0;
}

static void emit_swap(const Swap *swap, int base_input) {
  const Account *a = swap->accounts;
  const Trade *trade = &swap->trade;
  u8 event[170];
  Seed field = {event, sizeof event};
  store64(event, TAG_SWAP_EVENT);
  put_key(event + 8, a[SWAP_POOL].key);
  store64(event + 40, trade->reserve_in);
  store64(event + 48, trade->reserve_out);
  store64(event + 56, trade->input);
  store64(event + 64, trade->output);
  store64(event + 72, swap->withheld_in);
  store64(event + 80, swap->withheld_out);
  event[88] = base_input;
  put_key(event + 89, a[SWAP_MINT_IN].key);
  put_key(event + 121, a[SWAP_MINT_OUT].key);
  store64(event + 153, trade->trade_fee);
  store64(event + 161, trade->creator_fee);
  event[169] = trade->creator_on_input;
  sol_log_data(&field, 1);
}

/* Moves the tokens and checks that the vaults moved by exactly what was priced. */
static u64 move_tokens(const Swap *swap) {
  const Account *a = swap->accounts;
  u64 in_before = token_amount(&a[SWAP_VAULT_IN]), out_before = token_amount(&a[SWAP_VAULT_OUT]);
  Transfer in = {&a[SWAP_FROM], &a[SWAP_MINT_IN], &a[SWAP_VAULT_IN], &a[SWAP_PAYER], swap->sent};
  Transfer out = {&a[SWAP_VAULT_OUT], &a[SWAP_MINT_OUT], &a[SWAP_TO], &a[SWAP_AUTHORITY], swap->trade.output};
  TRY(transfer(&in, 0));
  TRY(transfer(&out, 1));
  REQUIRE(token_amount(&a[SWAP_VAULT_IN]) - in_before == swap->trade.input &&
          out_before - token_amount(&a[SWAP_VAULT_OUT]) == swap->trade.output, TransferFeeCalculateNotMatch);
  return 0;
}

static u64 keep_fees(const Swap *swap) {
  const Trade *trade = &swap->trade;
  u8 *data = swap->accounts[SWAP_POOL].data;
  u64 creator_side = trade->creator_on_input ? swap->side : 1 - swap->side;
  REQUIRE(collect(data + POOL_PROTOCOL_FEES_0 + 8 * swap->side, trade->protocol_fee) &&
          collect(data + POOL_FUND_FEES_0 + 8 * swap->side, trade->fund_fee) &&
          collect(data + POOL_CREATOR_FEES_0 + 8 * creator_side, trade->creator_fee), MathOverflow);
  store64(data + POOL_RECENT_EPOCH, swap->clock.epoch);
  return 0;
}

static u64 swap_tokens(const Input *input, int base_input) {
  Swap swap;
  const Trade *trade = &swap.trade;
  REQUIRE(input->args_len >= 16, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= SWAP_ACCOUNTS, AccountNotEnoughKeys);
  swap.accounts = input->accounts;
  TRY(check_swap(&swap));
  TRY(sol_get_clock_sysvar(&swap.clock));
  TRY(read_terms(&swap));
  if (base_input) TRY(price_input(&swap, load64(input->args), load64(input->args + 8)));
  else TRY(price_output(&swap, load64(input->args), load64(input->args + 8)));
  TRY(keep_fees(&swap));
  emit_swap(&swap, base_input);
  TRY(move_tokens(&swap));
  observe(&input->accounts[SWAP_OBSERVATION], swap.side ? trade->reserve_out : trade->reserve_in,
          swap.side ? trade->reserve_in : trade->reserve_out, swap.clock.unix_timestamp);
  return 0;
}

#endif
