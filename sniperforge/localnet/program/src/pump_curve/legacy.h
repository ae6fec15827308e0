/* buy, buy_exact_sol_in and sell: the first account lists, with the tail that they have needed since April 2026. */
#ifndef LEGACY_H
#define LEGACY_H

#include "trade.h"

enum {
  OLD_GLOBAL, OLD_FEE_RECIPIENT, OLD_MINT, OLD_CURVE, OLD_VAULT, OLD_TOKENS, OLD_USER, OLD_SYSTEM,
  OLD_BUY_TOKEN_PROGRAM, OLD_BUY_CREATOR_VAULT, OLD_EVENT_AUTHORITY, OLD_PROGRAM, OLD_BUY_GLOBAL_VOLUME,
  OLD_BUY_VOLUME, OLD_BUY_FEE_CONFIG, OLD_BUY_FEE_PROGRAM, OLD_BUY_ACCOUNTS,
  OLD_SELL_CREATOR_VAULT = OLD_BUY_TOKEN_PROGRAM, OLD_SELL_TOKEN_PROGRAM = OLD_BUY_CREATOR_VAULT,
  OLD_SELL_FEE_CONFIG = OLD_BUY_GLOBAL_VOLUME, OLD_SELL_FEE_PROGRAM, OLD_SELL_ACCOUNTS
};

static void read_old_accounts(Trade *trade, const Account *a) {
  trade->v2 = 0;
  trade->global = &a[OLD_GLOBAL];
  trade->fee_recipient = &a[OLD_FEE_RECIPIENT];
  trade->mint = &a[OLD_MINT];
  trade->curve = &a[OLD_CURVE];
  trade->vault = &a[OLD_VAULT];
  trade->tokens = &a[OLD_TOKENS];
  trade->user = &a[OLD_USER];
  trade->event_authority = &a[OLD_EVENT_AUTHORITY];
  trade->program = &a[OLD_PROGRAM];
}

/* The two accounts after the list of the interface: ["bonding-curve-v2", mint] and a buyback recipient. */
static u64 read_tail(Trade *trade, const Input *input, u64 first) {
  Address address;
  SEED_TEXT(&address, "bonding-curve-v2");
  seed(&address, trade->mint->key, 32);
  REQUIRE(input->accounts_len > first && is_address(&address, input->accounts[first].key), InvalidBondingCurveV2);
  REQUIRE(input->accounts_len > first + 1, BuybackFeeRecipientMissing);
  trade->buyback = &input->accounts[first + 1];
  return 0;
}

static u64 legacy_buy(const Input *input, int exact_quote) {
  const Account *a = input->accounts;
  Trade trade;
  REQUIRE(input->args_len >= 16, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= OLD_BUY_ACCOUNTS, AccountNotEnoughKeys);
  read_old_accounts(&trade, a);
  trade.ix_name = exact_quote ? "buy_exact_sol_in" : "buy";
  trade.token_program = a[OLD_BUY_TOKEN_PROGRAM].key;
  trade.creator_vault = &a[OLD_BUY_CREATOR_VAULT];
  trade.volume = &a[OLD_BUY_VOLUME];
  trade.fee_config = &a[OLD_BUY_FEE_CONFIG];
  TRY(check_curve(&trade));
  TRY(read_tail(&trade, input, OLD_BUY_ACCOUNTS));
  TRY(check_trade(&trade));
  TRY(check_system(&a[OLD_SYSTEM]));
  TRY(check_fee_program(&trade, &a[OLD_BUY_FEE_PROGRAM]));
  REQUIRE_AT(same_key(a[OLD_BUY_GLOBAL_VOLUME].key, &GLOBAL_VOLUME), "global_volume_accumulator", ConstraintSeeds);
  return buy(&trade, load64(input->args), load64(input->args + 8), exact_quote);
}

static u64 legacy_sell(const Input *input) {
  const Account *a = input->accounts;
  Address address;
  Trade trade;
  u64 tail = OLD_SELL_ACCOUNTS;
  REQUIRE(input->args_len >= 16, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= OLD_SELL_ACCOUNTS, AccountNotEnoughKeys);
  read_old_accounts(&trade, a);
  trade.ix_name = "sell";
  trade.token_program = a[OLD_SELL_TOKEN_PROGRAM].key;
  trade.creator_vault = &a[OLD_SELL_CREATOR_VAULT];
  trade.fee_config = &a[OLD_SELL_FEE_CONFIG];
  TRY(check_curve(&trade));
  if (trade.curve->data[CURVE_IS_CASHBACK]) {
    REQUIRE(input->accounts_len > tail, MissingCashbackAccounts);
    trade.volume = &a[tail++];
    REQUIRE(is_volume_address(&address, &trade), InvalidCashbackAccumulator);
  }
  TRY(read_tail(&trade, input, tail));
  TRY(check_trade(&trade));
  TRY(check_system(&a[OLD_SYSTEM]));
  TRY(check_fee_program(&trade, &a[OLD_SELL_FEE_PROGRAM]));
  return sell(&trade, load64(input->args), load64(input->args + 8));
}

#endif
