/* The pool's arithmetic: constant product, fees, shares, transfer fees. Integers only; a function that
 * returns int gives 0 when a value does not fit or the trade is not possible. */
#ifndef CURVE_H
#define CURVE_H

#include "layout.h"
#include "common/math.h"

typedef struct {
  u64 reserve_in, reserve_out; /* vault amounts without the fees owed */
  u64 trade_rate, protocol_rate, fund_rate, creator_rate; /* per FEE_RATE_ONE */
  u64 creator_on_input;
  u64 input;  /* what reaches the pool, fees included */
  u64 output; /* what leaves the pool */
  u64 trade_fee, protocol_fee, fund_fee, creator_fee;
} Trade;

/* The amount before a fee of `rate` that leaves `net` after it. */
static int before_fee(u64 net, u64 rate, u64 *gross) {
  *gross = net;
  if (rate == 0) return 1;
  return rate < FEE_RATE_ONE && multiply_divide(net, FEE_RATE_ONE, FEE_RATE_ONE - rate, 1, gross);
}

/* Splits the fee taken from the input into its trade and creator parts, and the trade part further. */
static int split_fees(Trade *trade, u64 total) {
  trade->trade_fee = total;
  if (trade->creator_on_input && trade->creator_rate != 0) {
    u64 rates = trade->trade_rate + trade->creator_rate;
    if (!multiply_divide(total, trade->creator_rate, rates, 0, &trade->creator_fee)) return 0;
    trade->trade_fee = total - trade->creator_fee;
  }
  return multiply_divide(trade->trade_fee, trade->protocol_rate, FEE_RATE_ONE, 0, &trade->protocol_fee) &&
         multiply_divide(trade->trade_fee, trade->fund_rate, FEE_RATE_ONE, 0, &trade->fund_fee);
}

static u64 input_rate(const Trade *trade) {
  return trade->trade_rate + (trade->creator_on_input ? trade->creator_rate : 0);
}

/* Exact input: fills output and fees. */
static int trade_input(Trade *trade) {
  u64 total, net, depth, gross;
  trade->creator_fee = 0;
  if (!multiply_divide(trade->input, input_rate(trade), FEE_RATE_ONE, 1, &total)) return 0;
  if (total > trade->input || !split_fees(trade, total)) return 0;
  net = trade->input - total;
  if (trade->reserve_in == 0 || trade->reserve_out == 0 || !add(trade->reserve_in, net, &depth)) return 0;
  if (!multiply_divide(trade->reserve_out, net, depth, 0, &gross)) return 0;
  if (!trade->creator_on_input &&
      !multiply_divide(gross, trade->creator_rate, FEE_RATE_ONE, 1, &trade->creator_fee)) return 0;
  if (trade->creator_on_input) {
    trade->output = gross;
  } else {
    if (trade->creator_fee > gross) return 0;
    trade->output = gross - trade->creator_fee;
  }
  return 1;
}

/* Exact output: fills input and fees. */
static int trade_output(Trade *trade) {
  u64 gross = trade->output, net;
  trade->creator_fee = 0;
  if (!trade->creator_on_input) {
    if (!before_fee(trade->output, trade->creator_rate, &gross)) return 0;
    trade->creator_fee = gross - trade->output;
  }
  if (trade->reserve_in == 0 || gross >= trade->reserve_out) return 0;
  if (!multiply_divide(trade->reserve_in, gross, trade->reserve_out - gross, 1, &net)) return 0;
  if (!before_fee(net, input_rate(trade), &trade->input)) return 0;
  return split_fees(trade, trade->input - net);
}

/* The part of a reserve that `lp` shares of `supply` stand for. Rounding up leaves a part below 1 at 0, so
 * that a deposit too small to count is refused instead of rounded in. */
static int share_of(u64 lp, u64 supply, u64 reserve, int up, u64 *part) {
  u64 whole;
  if (!multiply_divide(lp, reserve, supply, 0, &whole)) return 0;
  *part = whole;
  return !up || whole == 0 || multiply_divide(lp, reserve, supply, 1, part);
}

typedef struct { u64 basis_points; u64 maximum; } TransferFee;

/* What Token-2022 withholds when `amount` is sent. */
static u64 withheld_from(const TransferFee *fee, u64 amount) {
  u64 raw;
  if (fee->basis_points == 0 || amount == 0) return 0;
  multiply_divide(amount, fee->basis_points, 10000, 1, &raw);
  return raw < fee->maximum ? raw : fee->maximum;
}

/* What to send on top of `net` so that `net` arrives; 0 in `consistent` when no such amount exists. */
static int withheld_on_top(const TransferFee *fee, u64 net, u64 *extra, u64 *consistent) {
  u64 gross;
  *consistent = 1;
  *extra = 0;
  if (fee->basis_points >= 10000) {
    *extra = fee->maximum;
    return 1;
  }
  if (fee->basis_points == 0 || net == 0) return 1;
  if ((!multiply_divide(net, 10000, 10000 - fee->basis_points, 1, &gross) || gross - net >= fee->maximum) &&
      !add(net, fee->maximum, &gross)) return 0;
  *extra = withheld_from(fee, gross);
  if (!add(net, *extra, &gross)) return 0;
  *consistent = withheld_from(fee, gross) == *extra;
  return 1;
}

#endif
