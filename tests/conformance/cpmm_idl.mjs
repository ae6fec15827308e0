// The part of Raydium CPMM's interface that anchor.mjs uses, written by hand from the published source.
import { createHash } from "node:crypto";

const tag = (name) => [...createHash("sha256").update(name).digest().subarray(0, 8)];
const field = (type) => (name) => ({ name, type });
const [key, u8, u64] = ["pubkey", "u8", "u64"].map(field);
const array = (name, type, length) => ({ name, type: { array: [type, length] } });
const read = (name) => ({ name });
const write = (name) => ({ name, writable: true });

const swapAccounts = [
  { name: "payer", signer: true }, read("authority"), read("amm_config"), write("pool_state"),
  write("input_token_account"), write("output_token_account"), write("input_vault"), write("output_vault"),
  read("input_token_program"), read("output_token_program"), read("input_token_mint"), read("output_token_mint"),
  write("observation_state"),
];

export const IDL = {
  address: "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
  metadata: { name: "raydium_cp_swap", version: "0.2.0", spec: "0.1.0" },
  instructions: [
    {
      name: "initialize",
      discriminator: tag("global:initialize"),
      accounts: [
        { name: "creator", signer: true, writable: true }, read("amm_config"), read("authority"), write("pool_state"),
        read("token_0_mint"), read("token_1_mint"), write("lp_mint"), write("creator_token_0"), write("creator_token_1"),
        write("creator_lp_token"), write("token_0_vault"), write("token_1_vault"), write("create_pool_fee"),
        write("observation_state"), read("token_program"), read("token_0_program"), read("token_1_program"),
        read("associated_token_program"), read("system_program"), read("rent"),
      ],
      args: [u64("init_amount_0"), u64("init_amount_1"), u64("open_time")],
    },
    {
      name: "swap_base_input",
      discriminator: tag("global:swap_base_input"),
      accounts: swapAccounts,
      args: [u64("amount_in"), u64("minimum_amount_out")],
    },
    {
      name: "swap_base_output",
      discriminator: tag("global:swap_base_output"),
      accounts: swapAccounts,
      args: [u64("max_amount_in"), u64("amount_out")],
    },
  ],
  accounts: [
    { name: "PoolState", discriminator: tag("account:PoolState") },
    { name: "AmmConfig", discriminator: tag("account:AmmConfig") },
  ],
  events: [{ name: "SwapEvent", discriminator: tag("event:SwapEvent") }],
  errors: [{ code: 6005, name: "ExceededSlippage", msg: "Slippage exceeded" }],
  types: [
    {
      name: "AmmConfig",
      type: {
        kind: "struct",
        fields: [
          u8("bump"), { name: "disable_create_pool", type: "bool" }, { name: "index", type: "u16" },
          u64("trade_fee_rate"), u64("protocol_fee_rate"), u64("fund_fee_rate"), u64("create_pool_fee"),
          key("protocol_owner"), key("fund_owner"), u64("creator_fee_rate"), array("padding", "u64", 15),
        ],
      },
    },
    {
      name: "PoolState",
      serialization: "bytemuck",
      repr: { kind: "c", packed: true },
      type: {
        kind: "struct",
        fields: [
          ...["amm_config", "pool_creator", "token_0_vault", "token_1_vault", "lp_mint", "token_0_mint", "token_1_mint",
            "token_0_program", "token_1_program", "observation_key"].map(key),
          ...["auth_bump", "status", "lp_mint_decimals", "mint_0_decimals", "mint_1_decimals"].map(u8),
          ...["lp_supply", "protocol_fees_token_0", "protocol_fees_token_1", "fund_fees_token_0", "fund_fees_token_1",
            "open_time", "recent_epoch"].map(u64),
          u8("creator_fee_on"), u8("enable_creator_fee"), array("padding1", "u8", 6),
          u64("creator_fees_token_0"), u64("creator_fees_token_1"), array("padding", "u64", 28),
        ],
      },
    },
    {
      name: "SwapEvent",
      type: {
        kind: "struct",
        fields: [
          key("pool_id"), u64("input_vault_before"), u64("output_vault_before"), u64("input_amount"),
          u64("output_amount"), u64("input_transfer_fee"), u64("output_transfer_fee"),
          { name: "base_input", type: "bool" }, key("input_mint"), key("output_mint"), u64("trade_fee"),
          u64("creator_fee"), { name: "creator_fee_on_input", type: "bool" },
        ],
      },
    },
  ],
};
