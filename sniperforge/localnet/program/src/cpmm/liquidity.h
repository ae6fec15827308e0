/* deposit and withdraw. */
#ifndef LIQUIDITY_H
#define LIQUIDITY_H

#include "pool.h"

enum {
  LP_OWNER, LP_AUTHORITY, LP_POOL, LP_ACCOUNT, LP_TOKEN_0, LP_TOKEN_1, LP_VAULT_0, LP_VAULT_1,
  LP_TOKEN_PROGRAM, LP_TOKEN_2022_PROGRAM, LP_MINT_0, LP_MINT_1, LP_MINT, LP_DEPOSIT_ACCOUNTS,
  LP_MEMO_PROGRAM = LP_DEPOSIT_ACCOUNTS, LP_WITHDRAW_ACCOUNTS
};

typedef struct {
  const Account *accounts;
  Clock clock;
  u64 lp, supply;
  u64 reserve[2];
  u64 amount[2];   /* that the pool gains or loses */
  u64 withheld[2]; /* of a transfer-fee mint, on the way */
} Change;

static u64 check_lp_side(const Account *a, u64 side, const Key *owner, const char *vault, const char *user) {
  const Account *pool = &a[LP_POOL];
  const Key *mint = KEY_AT(pool, POOL_MINT_0) + side, *program = KEY_AT(pool, POOL_PROGRAM_0) + side;
  const char *mint_name = side ? "vault_1_mint" : "vault_0_mint";
  REQUIRE_AT(same_key(a[LP_VAULT_0 + side].key, KEY_AT(pool, POOL_VAULT_0) + side), vault, ConstraintRaw);
  REQUIRE_AT(a[LP_VAULT_0 + side].is_writable, vault, ConstraintMut);
  REQUIRE_AT(same_key(a[LP_MINT_0 + side].key, mint), mint_name, ConstraintAddress);
  REQUIRE_AT(same_key(a[LP_MINT_0 + side].owner, program), mint_name, ConstraintMintTokenProgram);
  return check_token_account(&a[LP_TOKEN_0 + side], program, mint, owner, user);
}

/* The owner must own the LP account; `payer` also owns the token accounts when they pay (deposit). */
static u64 check_change(const Account *a, const Key *payer) {
  const Account *pool = &a[LP_POOL];
  REQUIRE_AT(a[LP_OWNER].is_signer, "owner", AccountNotSigner);
  TRY(check_authority(&a[LP_AUTHORITY]));
  TRY(check_pool(pool));
  REQUIRE_AT(same_key(a[LP_MINT].key, KEY_AT(pool, POOL_LP_MINT)), "lp_mint", IncorrectLpMint);
  REQUIRE_AT(a[LP_MINT].is_writable, "lp_mint", ConstraintMut);
  REQUIRE_AT(same_key(a[LP_TOKEN_PROGRAM].key, &TOKEN_PROGRAM), "token_program", InvalidProgramId);
  REQUIRE_AT(same_key(a[LP_TOKEN_2022_PROGRAM].key, &TOKEN_2022_PROGRAM), "token_program_2022", InvalidProgramId);
  TRY(check_token_account(&a[LP_ACCOUNT], &TOKEN_PROGRAM, a[LP_MINT].key, a[LP_OWNER].key, "owner_lp_token"));
  TRY(check_lp_side(a, 0, payer, "token_0_vault", "token_0_account"));
  return check_lp_side(a, 1, payer, "token_1_vault", "token_1_account");
}

/* Reads the pool and works out what `lp` shares stand for on both sides. */
static u64 price_change(Change *change, int up) {
  const Account *a = change->accounts, *pool = &a[LP_POOL];
  change->supply = load64(pool->data + POOL_LP_SUPPLY);
  TRY(sol_get_clock_sysvar(&change->clock));
  for (u64 side = 0; side < 2; side++) {
    TRY(reserve_of(pool, &a[LP_VAULT_0 + side], side, &change->reserve[side]));
    REQUIRE(share_of(change->lp, change->supply, change->reserve[side], up, &change->amount[side]), MathOverflow);
    REQUIRE(change->amount[side] != 0, ZeroTradingTokens);
  }
  return 0;
}

static void emit_change(const Change *change, const u64 *amounts, u8 kind) {
  u8 event[97];
  Seed field = {event, sizeof event};
  store64(event, TAG_LP_CHANGE_EVENT);
  put_key(event + 8, change->accounts[LP_POOL].key);
  store64(event + 40, change->supply);
  for (u64 side = 0; side < 2; side++) {
    store64(event + 48 + 8 * side, change->reserve[side]);
    store64(event + 64 + 8 * side, amounts[side]);
    store64(event + 80 + 8 * side, change->withheld[side]);
  }
  event[96] = kind;
  sol_log_data(&field, 1);
}

static void write_supply(const Change *change, u64 supply) {
  u8 *data = change->accounts[LP_POOL].data;
  store64(data + POOL_LP_SUPPLY, supply);
  store64(data + POOL_RECENT_EPOCH, change->clock.epoch);
}

static u64 pay_in(const Change *change, u64 side, u64 amount) {
  const Account *a = change->accounts, *vault = &a[LP_VAULT_0 + side];
  u64 before = token_amount(vault);
  Transfer move = {&a[LP_TOKEN_0 + side], &a[LP_MINT_0 + side], vault, &a[LP_OWNER], amount};
  TRY(transfer(&move, 0));
  REQUIRE(token_amount(vault) - before == change->amount[side], TransferFeeCalculateNotMatch);
  return 0;
}

static u64 pay_out(const Change *change, u64 side) {
  const Account *a = change->accounts;
  Transfer move = {&a[LP_VAULT_0 + side], &a[LP_MINT_0 + side], &a[LP_TOKEN_0 + side], &a[LP_AUTHORITY],
                   change->amount[side]};
  return transfer(&move, 1);
}

/* What the owner sends for one side, so that the priced amount arrives. */
static u64 price_payment(Change *change, u64 side, u64 maximum, u64 *payment) {
  TransferFee fee;
  u64 consistent;
  read_transfer_fee(&change->accounts[LP_MINT_0 + side], change->clock.epoch, &fee);
  REQUIRE(withheld_on_top(&fee, change->amount[side], &change->withheld[side], &consistent) &&
          add(change->amount[side], change->withheld[side], payment), MathOverflow);
  REQUIRE(consistent, TransferFeeCalculateNotMatch);
  if (*payment > maximum) return fail_compared(ExceededSlippage, *payment, maximum);
  return 0;
}

static u64 deposit(const Input *input) {
  Change change;
  const Account *a = input->accounts;
  u64 payment[2], supply;
  REQUIRE(input->args_len >= 24, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= LP_DEPOSIT_ACCOUNTS, AccountNotEnoughKeys);
  TRY(check_change(a, a[LP_OWNER].key));
  REQUIRE(!(a[LP_POOL].data[POOL_STATUS] & STATUS_NO_DEPOSIT), NotApproved);
  change.accounts = a;
  change.lp = load64(input->args);
  TRY(price_change(&change, 1));
  TRY(price_payment(&change, 0, load64(input->args + 8), &payment[0]));
  TRY(price_payment(&change, 1, load64(input->args + 16), &payment[1]));
  REQUIRE(add(change.supply, change.lp, &supply), MathOverflow);
  write_supply(&change, supply);
  emit_change(&change, change.amount, 0);
  TRY(pay_in(&change, 0, payment[0]));
  TRY(pay_in(&change, 1, payment[1]));
  return mint_lp(&a[LP_MINT], &a[LP_ACCOUNT], &a[LP_AUTHORITY], change.lp);
}

/* What the owner gets of one side, after a transfer fee. */
static u64 price_receipt(Change *change, u64 side, u64 minimum, u64 *receipt) {
  TransferFee fee;
  read_transfer_fee(&change->accounts[LP_MINT_0 + side], change->clock.epoch, &fee);
  change->withheld[side] = withheld_from(&fee, change->amount[side]);
  *receipt = change->amount[side] - change->withheld[side];
  if (*receipt < minimum) return fail_compared(ExceededSlippage, *receipt, minimum);
  return 0;
}

static u64 withdraw(const Input *input) {
  Change change;
  const Account *a = input->accounts;
  u64 receipt[2];
  REQUIRE(input->args_len >= 24, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= LP_WITHDRAW_ACCOUNTS, AccountNotEnoughKeys);
  TRY(check_change(a, 0));
  REQUIRE_AT(same_key(a[LP_MEMO_PROGRAM].key, &MEMO_PROGRAM), "memo_program", ConstraintAddress);
  REQUIRE(!(a[LP_POOL].data[POOL_STATUS] & STATUS_NO_WITHDRAW), NotApproved);
  change.accounts = a;
  change.lp = load64(input->args);
  TRY(price_change(&change, 0));
  TRY(price_receipt(&change, 0, load64(input->args + 8), &receipt[0]));
  TRY(price_receipt(&change, 1, load64(input->args + 16), &receipt[1]));
  REQUIRE(change.lp <= change.supply, MathOverflow);
  write_supply(&change, change.supply - change.lp);
  emit_change(&change, receipt, 1);
  TRY(burn_lp(&a[LP_ACCOUNT], &a[LP_MINT], &a[LP_OWNER], change.lp));
  TRY(pay_out(&change, 0));
  return pay_out(&change, 1);
}

#endif
