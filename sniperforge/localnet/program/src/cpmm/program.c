/* A constant-product AMM with Raydium CPMM's interface: entry point and dispatch.
 * Written from the published interface (IDL, layouts, logs, numbers); one translation unit, so that the
 * compiler sees the whole program. */
#include "initialize.h"
#include "liquidity.h"
#include "swap.h"

static u64 dispatch(const Input *input) {
  REQUIRE(same_key(input->program_id, &PROGRAM_ID), DeclaredProgramIdMismatch);
  REQUIRE(input->data_len >= 8, InstructionMissing);
  switch (load64(input->data)) {
    case TAG_SWAP_BASE_INPUT: LOG("Instruction: SwapBaseInput"); return swap_tokens(input, 1);
    case TAG_SWAP_BASE_OUTPUT: LOG("Instruction: SwapBaseOutput"); return swap_tokens(input, 0);
    case TAG_INITIALIZE: LOG("Instruction: Initialize"); return initialize(input);
    case TAG_DEPOSIT: LOG("Instruction: Deposit"); return deposit(input);
    case TAG_WITHDRAW: LOG("Instruction: Withdraw"); return withdraw(input);
    case TAG_CREATE_SUPPORT_MINT: LOG("Instruction: CreateSupportMintAssociated"); return list_mint(input);
    default: return fail(InstructionFallbackNotFound);
  }
}

u64 entrypoint(u8 *serialized) {
  Input input;
  read_input(&input, serialized);
  return dispatch(&input);
}
