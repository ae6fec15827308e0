/* buy_v2, buy_exact_quote_in_v2 and sell_v2: the account lists that name everything. */
#ifndef V2_H
#define V2_H

#include "trade.h"

enum {
  V2_GLOBAL, V2_MINT, V2_QUOTE_MINT, V2_TOKEN_PROGRAM, V2_QUOTE_PROGRAM, V2_ATA_PROGRAM, V2_FEE_RECIPIENT,
  V2_FEE_RECIPIENT_QUOTE, V2_BUYBACK, V2_BUYBACK_QUOTE, V2_CURVE, V2_VAULT, V2_CURVE_QUOTE, V2_USER, V2_TOKENS,
  V2_USER_QUOTE, V2_CREATOR_VAULT, V2_CREATOR_QUOTE, V2_SHARING_CONFIG,
  V2_BUY_GLOBAL_VOLUME, /* a sale has no such account: what follows is one earlier there */
  V2_AFTER
};

enum { AFTER_VOLUME, AFTER_VOLUME_QUOTE, AFTER_FEE_CONFIG, AFTER_FEE_PROGRAM, AFTER_SYSTEM, AFTER_EVENT_AUTHORITY,
       AFTER_PROGRAM, AFTER_ACCOUNTS };

static void read_v2_accounts(Trade *trade, const Account *a, const Account *after) {
  trade->v2 = 1;
  trade->global = &a[V2_GLOBAL];
  trade->mint = &a[V2_MINT];
  trade->token_program = a[V2_TOKEN_PROGRAM].key;
  trade->fee_recipient = &a[V2_FEE_RECIPIENT];
  trade->buyback = &a[V2_BUYBACK];
  trade->curve = &a[V2_CURVE];
  trade->vault = &a[V2_VAULT];
  trade->user = &a[V2_USER];
  trade->tokens = &a[V2_TOKENS];
  trade->creator_vault = &a[V2_CREATOR_VAULT];
  trade->volume = &after[AFTER_VOLUME];
  trade->fee_config = &after[AFTER_FEE_CONFIG];
  trade->event_authority = &after[AFTER_EVENT_AUTHORITY];
  trade->program = &after[AFTER_PROGRAM];
}

/* The accounts of the quote mint, which a curve quoted in SOL names and does not use. */
static u64 check_quote(const Trade *trade, const Account *a, const Account *volume_quote) {
  const Key *mint = a[V2_QUOTE_MINT].key, *program = a[V2_QUOTE_PROGRAM].key;
  REQUIRE(same_key(mint, &WSOL_MINT), UnsupportedQuoteMint);
  REQUIRE_AT(same_key(program, &TOKEN_PROGRAM), "quote_token_program", InvalidProgramId);
  TRY(check_associated(&a[V2_FEE_RECIPIENT_QUOTE], trade->fee_recipient->key, program, mint,
                       "associated_quote_fee_recipient"));
  TRY(check_associated(&a[V2_BUYBACK_QUOTE], trade->buyback->key, program, mint,
                       "associated_quote_buyback_fee_recipient"));
  TRY(check_associated(&a[V2_CURVE_QUOTE], trade->curve->key, program, mint, "associated_quote_bonding_curve"));
  TRY(check_associated(&a[V2_CREATOR_QUOTE], trade->creator_vault->key, program, mint, "associated_creator_vault"));
  return check_associated(volume_quote, trade->volume->key, program, mint, "associated_user_volume_accumulator");
}

static u64 check_sharing_config(const Trade *trade, const Account *config) {
  Address address;
  SEED_TEXT(&address, "sharing-config");
  seed(&address, trade->mint->key, 32);
  REQUIRE_AT(is_address_of(&address, &FEE_PROGRAM, config->key), "sharing_config", ConstraintSeeds);
  return 0;
}

static u64 check_v2(Trade *trade, const Input *input, const Account *after) {
  const Account *a = input->accounts;
  Address address;
  read_v2_accounts(trade, a, after);
  TRY(check_curve(trade));
  TRY(check_trade(trade));
  REQUIRE_AT(same_key(a[V2_ATA_PROGRAM].key, &ATA_PROGRAM), "associated_token_program", InvalidProgramId);
  REQUIRE_AT(is_volume_address(&address, trade), "user_volume_accumulator", ConstraintSeeds);
  TRY(check_quote(trade, a, &after[AFTER_VOLUME_QUOTE]));
  TRY(check_sharing_config(trade, &a[V2_SHARING_CONFIG]));
  TRY(check_system(&after[AFTER_SYSTEM]));
  return check_fee_program(trade, &after[AFTER_FEE_PROGRAM]);
}

static u64 buy_v2(const Input *input, int exact_quote) {
  const Account *a = input->accounts;
  Trade trade;
  REQUIRE(input->args_len >= 16, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= V2_AFTER + AFTER_ACCOUNTS, AccountNotEnoughKeys);
  trade.ix_name = exact_quote ? "buy_exact_quote_in" : "buy";
  TRY(check_v2(&trade, input, a + V2_AFTER));
  REQUIRE_AT(same_key(a[V2_BUY_GLOBAL_VOLUME].key, &GLOBAL_VOLUME), "global_volume_accumulator", ConstraintSeeds);
  return buy(&trade, load64(input->args), load64(input->args + 8), exact_quote);
}

static u64 sell_v2(const Input *input) {
  Trade trade;
  REQUIRE(input->args_len >= 16, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= V2_BUY_GLOBAL_VOLUME + AFTER_ACCOUNTS, AccountNotEnoughKeys);
  trade.ix_name = "sell";
  TRY(check_v2(&trade, input, input->accounts + V2_BUY_GLOBAL_VOLUME));
  return sell(&trade, load64(input->args), load64(input->args + 8));
}

#endif
