/* A bonding curve with Pump.fun's interface: entry point and dispatch.
 * Written from the published interface (IDL, layouts, logs, numbers); one translation unit, so that the
 * compiler sees the whole program. */
#define MAX_ACCOUNTS 28
#include "create.h"
#include "extend.h"
#include "legacy.h"
#include "v2.h"

static u64 dispatch(const Input *input) {
  REQUIRE(same_key(input->program_id, &PROGRAM_ID), DeclaredProgramIdMismatch);
  REQUIRE(input->data_len >= 8, InstructionMissing);
  switch (load64(input->data)) {
    case TAG_EVENT_CPI: return take_event(input);
    case TAG_CREATE: LOG("Instruction: Create"); return create_coin(input);
    case TAG_CREATE_V2: LOG("Instruction: CreateV2"); return create_coin_v2(input);
    case TAG_BUY: LOG("Instruction: Buy"); return legacy_buy(input, 0);
    case TAG_BUY_EXACT_SOL_IN: LOG("Instruction: BuyExactSolIn"); return legacy_buy(input, 1);
    case TAG_SELL: LOG("Instruction: Sell"); return legacy_sell(input);
    case TAG_BUY_V2: LOG("Instruction: BuyV2"); return buy_v2(input, 0);
    case TAG_BUY_EXACT_QUOTE_IN_V2: LOG("Instruction: BuyExactQuoteInV2"); return buy_v2(input, 1);
    case TAG_SELL_V2: LOG("Instruction: SellV2"); return sell_v2(input);
    case TAG_EXTEND_ACCOUNT: LOG("Instruction: ExtendAccount"); return extend_account(input);
    default: return fail(InstructionFallbackNotFound);
  }
}

u64 entrypoint(u8 *serialized) {
  Input input;
  read_input(&input, serialized);
  return dispatch(&input);
}
