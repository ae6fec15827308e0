/* What every buy and sell does: checks, fee rates, prices, movements, the event. The account lists of the
 * instructions are in legacy.h and v2.h. Only curves quoted in SOL are traded. */
#ifndef TRADE_H
#define TRADE_H

#include "events.h"

typedef struct {
  const Account *global, *mint, *curve, *vault, *user, *tokens, *creator_vault, *volume, *fee_recipient, *buyback,
      *fee_config, *event_authority, *program;
  const Key *token_program;
  const char *ix_name;
  int v2;
  Address address; /* of the curve */
  Reserves reserves;
  Rates rates;
  u64 buyback_bps, cashback;
  u64 amount;
  Price price;
  Clock clock;
} Trade;

static inline const char *named(const Trade *trade, const char *legacy, const char *v2) {
  return trade->v2 ? v2 : legacy;
}

static u64 check_recipients(const Trade *trade) {
  const Account *global = trade->global;
  int mayhem = trade->curve->data[CURVE_IS_MAYHEM];
  u64 first = mayhem ? GLOBAL_RESERVED_FEE_RECIPIENT : GLOBAL_FEE_RECIPIENT;
  u64 rest = mayhem ? GLOBAL_RESERVED_FEE_RECIPIENTS : GLOBAL_FEE_RECIPIENTS;
  REQUIRE_AT(trade->fee_recipient->is_writable, "fee_recipient", ConstraintMut);
  REQUIRE_AT(is_listed(global, first, 1, trade->fee_recipient->key) ||
             is_listed(global, rest, 7, trade->fee_recipient->key), "fee_recipient", NotAuthorized);
  REQUIRE_AT(is_listed(global, GLOBAL_BUYBACK_RECIPIENTS, 8, trade->buyback->key), "buyback_fee_recipient",
             BuybackFeeRecipientNotAuthorized);
  REQUIRE_AT(trade->buyback->is_writable, "buyback_fee_recipient", ConstraintMut);
  return 0;
}

static u64 check_curve(Trade *trade) {
  const Account *curve = trade->curve;
  TRY(sol_get_clock_sysvar(&trade->clock));
  TRY(check_state(curve, TAG_BONDING_CURVE, "bonding_curve"));
  TRY(check_curve_address(&trade->address, curve, trade->mint->key));
  REQUIRE_AT(curve->data_len >= CURVE_FIELDS, "bonding_curve", AccountDidNotDeserialize);
  REQUIRE(same_key(KEY_AT(curve, CURVE_QUOTE_MINT), &NO_KEY), UnsupportedQuoteMint);
  REQUIRE(!curve->data[CURVE_COMPLETE], BondingCurveComplete);
  return 0;
}

static u64 check_tokens(const Trade *trade) {
  const Account *mint = trade->mint, *vault = trade->vault;
  const char *vault_name = named(trade, "associated_bonding_curve", "associated_base_bonding_curve");
  const char *mint_name = named(trade, "mint", "base_mint");
  REQUIRE_AT(is_token_program(trade->token_program), named(trade, "token_program", "base_token_program"),
             InvalidProgramId);
  REQUIRE_AT(same_key(mint->owner, trade->token_program), mint_name, ConstraintMintTokenProgram);
  REQUIRE_AT(mint->data_len >= MINT_SIZE, mint_name, AccountDidNotDeserialize);
  REQUIRE_AT(is_associated(vault, trade->curve->key, trade->token_program, mint->key), vault_name,
             ConstraintAssociated);
  REQUIRE_AT(vault->is_writable, vault_name, ConstraintMut);
  return check_token_account(trade->tokens, trade->token_program, mint->key, trade->user->key,
                             named(trade, "associated_user", "associated_base_user"));
}

static u64 check_creator_vault(const Trade *trade) {
  Address address;
  SEED_TEXT(&address, "creator-vault");
  seed(&address, KEY_AT(trade->curve, CURVE_CREATOR), 32);
  REQUIRE_AT(is_address(&address, trade->creator_vault->key), "creator_vault", ConstraintSeeds);
  REQUIRE_AT(trade->creator_vault->is_writable, "creator_vault", ConstraintMut);
  return 0;
}

static int is_volume_address(Address *address, const Trade *trade) {
  SEED_TEXT(address, "user_volume_accumulator");
  seed(address, trade->user->key, 32);
  return is_address(address, trade->volume->key);
}

static u64 check_fee_program(const Trade *trade, const Account *fee_program) {
  REQUIRE_AT(same_key(trade->fee_config->key, &FEE_CONFIG), "fee_config", ConstraintSeeds);
  REQUIRE_AT(same_key(fee_program->key, &FEE_PROGRAM), "fee_program", InvalidProgramId);
  return 0;
}

/* The accounts of this trade that exist in every form; the curve is checked before. */
static u64 check_trade(const Trade *trade) {
  TRY(check_user(trade->user));
  TRY(check_global(trade->global));
  TRY(check_tokens(trade));
  TRY(check_recipients(trade));
  TRY(check_creator_vault(trade));
  return check_events(trade->event_authority, trade->program);
}

/* The accumulator of a buyer who has none. */
static u64 open_volume(const Trade *trade) {
  Address address;
  const Account *volume = trade->volume;
  REQUIRE_AT(is_volume_address(&address, trade), "user_volume_accumulator", ConstraintSeeds);
  REQUIRE_AT(volume->is_writable, "user_volume_accumulator", ConstraintMut);
  if (!same_key(volume->owner, &SYSTEM_PROGRAM)) return check_state(volume, TAG_USER_VOLUME, "user_volume_accumulator");
  Creation creation = {trade->user, volume, VOLUME_SIZE, &PROGRAM_ID, &address};
  TRY(create(&creation));
  store64(volume->data, TAG_USER_VOLUME);
  put_key(volume->data + VOLUME_USER, trade->user->key);
  return 0;
}

/* A cashback coin pays the creator's part to its trader's accumulator. */
static u64 check_cashback_volume(const Trade *trade) {
  REQUIRE(same_key(trade->volume->owner, &PROGRAM_ID) && data_len_now(trade->volume) >= VOLUME_CASHBACK_EARNED + 8 &&
          load64(trade->volume->data) == TAG_USER_VOLUME && trade->volume->is_writable, InvalidCashbackAccumulator);
  return 0;
}

static void read_reserves(Trade *trade) {
  const u8 *data = trade->curve->data;
  trade->reserves.virtual_tokens = load64(data + CURVE_VIRTUAL_TOKENS);
  trade->reserves.virtual_quote = load64(data + CURVE_VIRTUAL_QUOTE);
  trade->reserves.real_tokens = load64(data + CURVE_REAL_TOKENS);
  trade->reserves.real_quote = load64(data + CURVE_REAL_QUOTE);
}

/* Asks the fee program, as the rates depend on the market cap. */
static __attribute__((noinline)) u64 ask_rates(Trade *trade) {
  const u8 *data = trade->curve->data;
  u64 own = load64(data + CURVE_CREATOR_FEE_BPS);
  u8 answer[24], call[57];
  Key answered_by;
  Wide cap;
  Cpi cpi;
  REQUIRE(trade->reserves.virtual_tokens != 0, Overflow);
  market_cap(&trade->reserves, &cap);
  store64(call, TAG_GET_FEES_WITH_QUOTE_MINT);
  call[8] = 1;
  store64(call + 9, cap.lo);
  store64(call + 17, cap.hi);
  put_key(call + 25, &NO_KEY);
  cpi.len = 0;
  cpi_account(&cpi, trade->fee_config, 0, 0);
  cpi_account(&cpi, trade->program, 0, 0);
  TRY(cpi_send_data(&cpi, &FEE_PROGRAM, call, sizeof call, 0));
  REQUIRE_AT(sol_get_return_data(answer, sizeof answer, &answered_by) == sizeof answer &&
             same_key(&answered_by, &FEE_PROGRAM), "fee_program", InvalidProgramId);
  trade->rates.protocol_bps = load64(answer + 8);
  trade->rates.creator_bps = load64(answer + 16);
  if (own != 0 && trade->global->data[GLOBAL_CREATOR_FEE_CONFIGURABLE]) trade->rates.creator_bps = own;
  if (same_key(KEY_AT(trade->curve, CURVE_CREATOR), &NO_KEY)) trade->rates.creator_bps = 0;
  trade->cashback = data[CURVE_IS_CASHBACK];
  trade->buyback_bps = data[CURVE_IS_MAYHEM] ? 0 : load64(trade->global->data + GLOBAL_BUYBACK_BPS);
  return 0;
}

static u64 buyback_part(const Trade *trade) { return trade->price.fee * trade->buyback_bps / BPS_ONE; }

static void write_reserves(const Trade *trade, int buy) {
  u8 *data = trade->curve->data;
  u64 tokens = buy ? trade->amount : -trade->amount, quote = buy ? trade->price.quote : -trade->price.quote;
  store64(data + CURVE_VIRTUAL_TOKENS, trade->reserves.virtual_tokens - tokens);
  store64(data + CURVE_VIRTUAL_QUOTE, trade->reserves.virtual_quote + quote);
  store64(data + CURVE_REAL_TOKENS, trade->reserves.real_tokens - tokens);
  store64(data + CURVE_REAL_QUOTE, trade->reserves.real_quote + quote);
}

static u64 move_tokens(const Trade *trade, int buy) {
  const Address *address = &trade->address;
  Signer signer = {address->seeds, address->len};
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, buy ? trade->vault : trade->tokens, 1, 0);
  cpi_account(&cpi, trade->mint, 0, 0);
  cpi_account(&cpi, buy ? trade->tokens : trade->vault, 1, 0);
  cpi_account(&cpi, buy ? trade->curve : trade->user, 0, 1);
  cpi.data[0] = 12; /* TransferChecked */
  store64(cpi.data + 1, trade->amount);
  cpi.data[9] = trade->mint->data[MINT_DECIMALS];
  return cpi_send(&cpi, trade->token_program, 10, buy ? &signer : 0);
}

static void put_rates(Event *event, const Trade *trade) {
  int rewards = trade->curve->data[CURVE_IS_HOLDER_REWARD];
  put_byte(event, trade->curve->data[CURVE_IS_MAYHEM]);
  put_word(event, trade->cashback ? trade->rates.creator_bps : 0);
  put_word(event, trade->cashback ? trade->price.creator_fee : 0);
  put_word(event, trade->buyback_bps);
  put_word(event, buyback_part(trade));
  store32(event->bytes + event->len, 0); /* no shareholders */
  event->len += 4;
  put_address(event, KEY_AT(trade->curve, CURVE_QUOTE_MINT));
  put_word(event, trade->price.quote);
  put_word(event, load64(trade->curve->data + CURVE_VIRTUAL_QUOTE));
  put_word(event, load64(trade->curve->data + CURVE_REAL_QUOTE));
  put_word(event, rewards ? trade->rates.creator_bps : 0);
  put_word(event, rewards ? trade->price.creator_fee : 0);
  put_word(event, 0); /* this and the next are recorded since October 2026; they have no published names */
  put_word(event, 0);
}

static __attribute__((noinline)) u64 emit_trade(const Trade *trade, int buy) {
  const u8 *data = trade->curve->data;
  u64 length = 0;
  Event event;
  begin_event(&event, TAG_TRADE_EVENT);
  put_address(&event, trade->mint->key);
  put_word(&event, trade->price.quote);
  put_word(&event, trade->amount);
  put_byte(&event, buy);
  put_address(&event, trade->user->key);
  put_word(&event, trade->clock.unix_timestamp);
  put_word(&event, load64(data + CURVE_VIRTUAL_QUOTE));
  put_word(&event, load64(data + CURVE_VIRTUAL_TOKENS));
  put_word(&event, load64(data + CURVE_REAL_QUOTE));
  put_word(&event, load64(data + CURVE_REAL_TOKENS));
  put_address(&event, trade->fee_recipient->key);
  put_word(&event, trade->rates.protocol_bps);
  put_word(&event, trade->price.fee);
  put_address(&event, KEY_AT(trade->curve, CURVE_CREATOR));
  put_word(&event, trade->cashback ? 0 : trade->rates.creator_bps);
  put_word(&event, trade->cashback ? 0 : trade->price.creator_fee);
  put_byte(&event, 0); /* volume is not tracked */
  for (int i = 0; i < 4; i++) put_word(&event, 0);
  while (trade->ix_name[length] != 0) length++;
  put_string(&event, (const u8 *)trade->ix_name, length);
  put_rates(&event, trade);
  return emit(&event, trade->event_authority);
}

static __attribute__((noinline)) u64 complete(const Trade *trade) {
  Event event;
  trade->curve->data[CURVE_COMPLETE] = 1;
  begin_event(&event, TAG_COMPLETE_EVENT);
  put_address(&event, trade->user->key);
  put_address(&event, trade->mint->key);
  put_address(&event, trade->curve->key);
  put_word(&event, trade->clock.unix_timestamp);
  put_address(&event, KEY_AT(trade->curve, CURVE_QUOTE_MINT));
  return emit(&event, trade->event_authority);
}

static u64 pay(const Trade *trade, const Account *to, u64 lamports) {
  return lamports == 0 ? 0 : send_lamports(trade->user, to, lamports);
}

/* The creator's part of a buy; the vault's own rent comes from its first buyer. */
static u64 pay_creator(const Trade *trade) {
  u64 rent, held = *trade->creator_vault->lamports;
  if (trade->price.creator_fee == 0) return 0;
  if (trade->cashback) {
    u8 *earned = trade->volume->data + VOLUME_CASHBACK_EARNED;
    store64(earned, load64(earned) + trade->price.creator_fee);
    return pay(trade, trade->volume, trade->price.creator_fee);
  }
  TRY(rent_for(0, &rent));
  if (held < rent) TRY(pay(trade, trade->creator_vault, rent - held));
  return pay(trade, trade->creator_vault, trade->price.creator_fee);
}

static u64 pay_for_buy(const Trade *trade) {
  u64 part = buyback_part(trade);
  TRY(pay_creator(trade));
  TRY(pay(trade, trade->curve, trade->price.quote));
  if (!trade->v2) TRY(pay(trade, trade->buyback, part));
  TRY(pay(trade, trade->fee_recipient, trade->price.fee - part));
  return trade->v2 ? pay(trade, trade->buyback, part) : 0;
}

/* A buy of exactly `amount` tokens for at most `limit`, or for exactly `amount` of at least `limit` tokens. */
static u64 buy(Trade *trade, u64 amount, u64 limit, int exact_quote) {
  u64 total;
  REQUIRE(amount != 0, BuyZeroAmount);
  TRY(open_volume(trade));
  if (trade->curve->data[CURVE_IS_CASHBACK]) TRY(check_cashback_volume(trade));
  read_reserves(trade);
  TRY(ask_rates(trade));
  REQUIRE(trade->reserves.real_tokens != 0, NotEnoughTokensToBuy);
  if (exact_quote) {
    REQUIRE(price_budget(&trade->reserves, &trade->rates, amount, &trade->amount, &trade->price), Overflow);
    REQUIRE(trade->amount != 0, BuyZeroAmount);
    REQUIRE(trade->amount >= limit, BuySlippageBelowMinTokensOut);
  } else {
    trade->amount = amount < trade->reserves.real_tokens ? amount : trade->reserves.real_tokens;
    REQUIRE(price_buy(&trade->reserves, &trade->rates, trade->amount, &trade->price), Overflow);
    REQUIRE(total_of(&trade->price, &total) && total <= limit, TooMuchSolRequired);
  }
  TRY(move_tokens(trade, 1));
  TRY(pay_for_buy(trade));
  write_reserves(trade, 1);
  TRY(emit_trade(trade, 1));
  return load64(trade->curve->data + CURVE_REAL_TOKENS) == 0 ? complete(trade) : 0;
}

/* The curve is the program's own account, so it pays by itself. */
static void pay_for_sale(const Trade *trade, u64 received) {
  const Price *price = &trade->price;
  u64 part = buyback_part(trade);
  *trade->curve->lamports -= price->quote;
  *trade->user->lamports += received;
  *(trade->cashback ? trade->volume : trade->creator_vault)->lamports += price->creator_fee;
  *trade->buyback->lamports += part;
  *trade->fee_recipient->lamports += price->fee - part;
}

static u64 sell(Trade *trade, u64 amount, u64 minimum) {
  u64 fees;
  REQUIRE(amount != 0, SellZeroAmount);
  REQUIRE(token_amount(trade->tokens) >= amount, NotEnoughTokensToSell);
  if (trade->curve->data[CURVE_IS_CASHBACK]) TRY(check_cashback_volume(trade));
  read_reserves(trade);
  TRY(ask_rates(trade));
  trade->amount = amount;
  REQUIRE(price_sell(&trade->reserves, &trade->rates, amount, &trade->price), Overflow);
  REQUIRE(add(trade->price.fee, trade->price.creator_fee, &fees) && fees <= trade->price.quote, Overflow);
  REQUIRE(trade->price.quote - fees >= minimum, TooLittleSolReceived);
  TRY(move_tokens(trade, 0));
  pay_for_sale(trade, trade->price.quote - fees);
  if (trade->cashback) {
    u8 *earned = trade->volume->data + VOLUME_CASHBACK_EARNED;
    store64(earned, load64(earned) + trade->price.creator_fee);
  }
  write_reserves(trade, 0);
  return emit_trade(trade, 0);
}

#endif
