/* Says the fee rates of a trade by market cap, with the interface of Pump's fee program: only
 * get_fees_with_quote_mint, which the curve asks. */
#include "common/addresses.h"
#include "common/math.h"
#include "errors.h"

/* pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ */
static const Key PROGRAM_ID = {{0x568e5a05a9ff350c, 0x27155607bcf7a88d,
    0x00401fa42cc9f14c, 0x707cc214a46a519c}};
/* So11111111111111111111111111111111111111112 */
static const Key WSOL_MINT = {{0x8481abfe57889b06, 0x35c01846637f68fb,
    0x553beb1adc39c4da, 0x0100000000f0a098}};
/* 9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9: native SOL of Token-2022 */
static const Key WSOL_2022_MINT = {{0xb8e65fde9ffc0d83, 0x8a1ee976a4047caa,
    0x19fa90ad4a26bbc6, 0x505b3e5cd849dfc9}};
/* EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v */
static const Key USDC_MINT = {{0x3aaddbbef37afac6, 0x3174c9ab6af3653d,
    0xe4e0f6d2c2e4bbb1, 0x615d2f450302a67c}};

#define TAG_GET_FEES_WITH_QUOTE_MINT 0xbba202a25c8aed9aULL
#define TAG_FEE_CONFIG 0x9b4c7bdbbb92348fULL

/* FeeConfig: three rates (liquidity providers, protocol, creator) in basis points, for pools of others and by
 * market cap, then the list for stable quotes and the rates for all other quotes. */
#define CONFIG_FLAT_FEES 41
#define CONFIG_TIERS 65
#define TIER_SIZE 40 /* u128 market cap from which on, then the rates */
#define FEES_SIZE 24

enum { FEES_CONFIG, FEES_CONFIG_PROGRAM, FEES_ACCOUNTS };

static u64 check_config(const Account *a) {
  const Account *config = &a[FEES_CONFIG];
  Seed seeds[2] = {{"fee_config", 10}, {a[FEES_CONFIG_PROGRAM].key, 32}};
  Key found;
  u8 bump;
  REQUIRE_AT(same_key(config->owner, &PROGRAM_ID), "fee_config", AccountOwnedByWrongProgram);
  REQUIRE_AT(config->data_len >= CONFIG_TIERS && load64(config->data) == TAG_FEE_CONFIG, "fee_config",
             AccountDiscriminatorMismatch);
  REQUIRE_AT(!sol_try_find_program_address(seeds, 2, &PROGRAM_ID, &found, &bump) && same_key(&found, config->key),
             "fee_config", ConstraintSeeds);
  return 0;
}

/* The list at `*at`, moving `*at` past it; 0 when it runs over the data. */
static const u8 *tiers_at(const Account *config, u64 *at, u64 *count) {
  const u8 *list = config->data + *at + 4;
  if (*at + 4 > config->data_len) return 0;
  *count = load32(config->data + *at);
  if (*count > config->data_len / TIER_SIZE) return 0;
  *at += 4 + *count * TIER_SIZE;
  return *at > config->data_len ? 0 : list;
}

/* The last tier that the market cap reaches; the first one below all. */
static const u8 *tier_for(const u8 *list, u64 count, const Wide *cap) {
  const u8 *fees = list + 16;
  for (u64 i = 0; i < count; i++) {
    Wide from = {load64(list + i * TIER_SIZE + 8), load64(list + i * TIER_SIZE)};
    if (!wide_less(cap, &from)) fees = list + i * TIER_SIZE + 16;
  }
  return fees;
}

static int is_zero(const u8 *fees) { return load64(fees) == 0 && load64(fees + 8) == 0 && load64(fees + 16) == 0; }

static u64 get_fees(const Input *input) {
  const Account *config = &input->accounts[FEES_CONFIG];
  const u8 *list, *stable, *fees = 0;
  u64 at = CONFIG_TIERS, count, stable_count;
  REQUIRE(input->args_len >= 49, InstructionDidNotDeserialize);
  REQUIRE(input->accounts_len >= FEES_ACCOUNTS, AccountNotEnoughKeys);
  TRY(check_config(input->accounts));
  const Key *quote = (const Key *)(input->args + 17);
  Wide cap = {load64(input->args + 9), load64(input->args + 1)};
  list = tiers_at(config, &at, &count);
  stable = list ? tiers_at(config, &at, &stable_count) : 0;
  REQUIRE_AT(stable, "fee_config", AccountDidNotDeserialize);
  if (same_key(quote, &USDC_MINT)) {
    REQUIRE(stable_count != 0, NoFeeTiers);
    fees = tier_for(stable, stable_count, &cap);
  } else if (same_key(quote, &SYSTEM_PROGRAM) || same_key(quote, &WSOL_MINT) || same_key(quote, &WSOL_2022_MINT)) {
    REQUIRE(count != 0, NoFeeTiers);
    fees = tier_for(list, count, &cap);
  } else if (at + FEES_SIZE <= config->data_len && !is_zero(config->data + at)) {
    fees = config->data + at;
  }
  if (!fees || !input->args[0]) fees = config->data + CONFIG_FLAT_FEES;
  sol_set_return_data(fees, FEES_SIZE);
  return 0;
}

u64 entrypoint(u8 *serialized) {
  Input input;
  read_input(&input, serialized);
  REQUIRE(same_key(input.program_id, &PROGRAM_ID), DeclaredProgramIdMismatch);
  REQUIRE(input.data_len >= 8, InstructionMissing);
  REQUIRE(load64(input.data) == TAG_GET_FEES_WITH_QUOTE_MINT, InstructionFallbackNotFound);
  LOG("Instruction: GetFeesWithQuoteMint");
  return get_fees(&input);
}
