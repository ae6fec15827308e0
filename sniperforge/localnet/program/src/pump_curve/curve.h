/* The curve's arithmetic: constant product over virtual reserves, fees. Integers only; a function that returns
 * int gives 0 when a value does not fit or the trade is not possible. */
#ifndef CURVE_H
#define CURVE_H

#include "common/math.h"

#define BPS_ONE 10000
#define MARKET_CAP_SUPPLY 1000000000000000ULL

typedef struct { u64 virtual_tokens, virtual_quote, real_tokens, real_quote; } Reserves;

typedef struct { u64 protocol_bps, creator_bps; } Rates;

/* Quote for one amount with the fees on it. */
typedef struct { u64 quote, fee, creator_fee; } Price;

static int fees_on(const Rates *rates, Price *price) {
  return multiply_divide(price->quote, rates->protocol_bps, BPS_ONE, 1, &price->fee) &&
         multiply_divide(price->quote, rates->creator_bps, BPS_ONE, 1, &price->creator_fee);
}

static int total_of(const Price *price, u64 *total) {
  return add(price->quote, price->fee, total) && add(*total, price->creator_fee, total);
}

/* What exactly `tokens` cost. */
static int price_buy(const Reserves *reserves, const Rates *rates, u64 tokens, Price *price) {
  if (tokens >= reserves->virtual_tokens) return 0;
  if (!multiply_divide(tokens, reserves->virtual_quote, reserves->virtual_tokens - tokens, 0, &price->quote)) return 0;
  return add(price->quote, 1, &price->quote) && fees_on(rates, price);
}

/* How many tokens `budget` buys, fees included; `price` then holds what is paid. */
static int price_budget(const Reserves *reserves, const Rates *rates, u64 budget, u64 *tokens, Price *price) {
  u64 total, depth;
  if (!multiply_divide(budget, BPS_ONE, BPS_ONE + rates->protocol_bps + rates->creator_bps, 0, &price->quote)) return 0;
  if (!fees_on(rates, price) || !total_of(price, &total)) return 0;
  if (total > budget) {
    if (total - budget > price->quote) return 0;
    price->quote -= total - budget;
  }
  if (price->quote == 0 || !add(reserves->virtual_quote, price->quote - 1, &depth)) return 0;
  if (!multiply_divide(price->quote - 1, reserves->virtual_tokens, depth, 0, tokens)) return 0;
  if (*tokens > reserves->real_tokens) {
    *tokens = reserves->real_tokens;
    return price_buy(reserves, rates, *tokens, price);
  }
  return fees_on(rates, price);
}

/* What `tokens` are sold for, before fees. */
static int price_sell(const Reserves *reserves, const Rates *rates, u64 tokens, Price *price) {
  u64 depth;
  if (!add(reserves->virtual_tokens, tokens, &depth)) return 0;
  if (!multiply_divide(tokens, reserves->virtual_quote, depth, 0, &price->quote)) return 0;
  return price->quote <= reserves->real_quote && fees_on(rates, price);
}

/* Worth of all tokens at the present price; needs virtual tokens. */
static void market_cap(const Reserves *reserves, Wide *cap) {
  Wide product;
  u64 rest;
  multiply(reserves->virtual_quote, MARKET_CAP_SUPPLY, &product);
  cap->hi = product.hi / reserves->virtual_tokens;
  product.hi -= cap->hi * reserves->virtual_tokens;
  cap->lo = divide(&product, reserves->virtual_tokens, &rest);
}

#endif
