/* A constant-product AMM with Raydium AMM v4's interface, without an order book: entry point and dispatch.
 * Written from the published interface (layouts, logs, numbers); one translation unit, so that the compiler sees
 * the whole program. */
#include "initialize.h"
#include "swap.h"

static u64 dispatch(const Input *input) {
  REQUIRE(same_key(input->program_id, &PROGRAM_ID), InvalidProgramAddress);
  REQUIRE(input->data_len >= 1, InvalidInstruction);
  switch (input->data[0]) {
    case TAG_INITIALIZE2: return initialize(input);
    case TAG_SWAP_BASE_IN: return swap_base_in(input, 0);
    case TAG_SWAP_BASE_OUT: return swap_base_out(input, 0);
    case TAG_SWAP_BASE_IN_V2: return swap_base_in(input, 1);
    case TAG_SWAP_BASE_OUT_V2: return swap_base_out(input, 1);
    default: return fail(InvalidInstruction);
  }
}

u64 entrypoint(u8 *serialized) {
  Input input;
  read_input(&input, serialized);
  return dispatch(&input);
}
