/* The program's arithmetic as a native library, for comparison with Python's integers. */
#include "cpmm/curve.h"

u64 shim_divide(u64 hi, u64 lo, u64 d, u64 *rest) {
  Wide wide = {hi, lo};
  return divide(&wide, d, rest);
}
int shim_multiply_divide(u64 a, u64 b, u64 d, int up, u64 *result) { return multiply_divide(a, b, d, up, result); }
u64 shim_root(u64 a, u64 b) { return square_root_of_product(a, b); }
int shim_trade_input(Trade *trade) { return trade_input(trade); }
int shim_trade_output(Trade *trade) { return trade_output(trade); }
int shim_share(u64 lp, u64 supply, u64 reserve, int up, u64 *part) { return share_of(lp, supply, reserve, up, part); }
u64 shim_withheld(const TransferFee *fee, u64 amount) { return withheld_from(fee, amount); }
int shim_on_top(const TransferFee *fee, u64 net, u64 *extra, u64 *ok) { return withheld_on_top(fee, net, extra, ok); }
