/* Byte layouts of accounts and events, as the CPMM interface fixes them (pools.md section 2). Account offsets
 * include the 8-byte tag. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "common/spl.h"

/* First 8 bytes of SHA-256 over "account:Name", "event:Name" or "global:name", as a little-endian word. */
#define TAG_POOL_STATE 0x46dec3d7f5e3edf7ULL
#define TAG_AMM_CONFIG 0x6f2bcbcb6821f4daULL
#define TAG_OBSERVATION_STATE 0x84a5098135c5ae7aULL
#define TAG_SUPPORT_MINT 0x35a2700c4fb72886ULL
#define TAG_SWAP_EVENT 0xe2710826e8cdc640ULL
#define TAG_LP_CHANGE_EVENT 0x3c75da39c9cda379ULL
#define TAG_INITIALIZE 0xed9b980d1f6dafafULL
#define TAG_SWAP_BASE_INPUT 0xde331ec4da5abe8fULL
#define TAG_SWAP_BASE_OUTPUT 0xadb44aa35662d937ULL
#define TAG_DEPOSIT 0xb6f2e15289c623f2ULL
#define TAG_WITHDRAW 0x22a16d949c4612b7ULL
#define TAG_CREATE_SUPPORT_MINT 0xa90ef2885c41fb11ULL

/* AmmConfig */
#define CONFIG_SIZE 236
#define CONFIG_DISABLE_CREATE_POOL 9
#define CONFIG_TRADE_FEE_RATE 12
#define CONFIG_PROTOCOL_FEE_RATE 20
#define CONFIG_FUND_FEE_RATE 28
#define CONFIG_CREATE_POOL_FEE 36
#define CONFIG_CREATOR_FEE_RATE 108

/* PoolState */
#define POOL_SIZE 637
#define POOL_AMM_CONFIG 8
#define POOL_CREATOR 40
#define POOL_VAULT_0 72
#define POOL_VAULT_1 104
#define POOL_LP_MINT 136
#define POOL_MINT_0 168
#define POOL_MINT_1 200
#define POOL_PROGRAM_0 232
#define POOL_PROGRAM_1 264
#define POOL_OBSERVATION 296
#define POOL_AUTH_BUMP 328
#define POOL_STATUS 329
#define POOL_LP_DECIMALS 330
#define POOL_MINT_0_DECIMALS 331
#define POOL_MINT_1_DECIMALS 332
#define POOL_LP_SUPPLY 333
#define POOL_PROTOCOL_FEES_0 341
#define POOL_FUND_FEES_0 357
#define POOL_OPEN_TIME 373
#define POOL_RECENT_EPOCH 381
#define POOL_CREATOR_FEE_ON 389
#define POOL_ENABLE_CREATOR_FEE 390
#define POOL_CREATOR_FEES_0 397

#define STATUS_NO_DEPOSIT 1
#define STATUS_NO_WITHDRAW 2
#define STATUS_NO_SWAP 4

/* ObservationState: a ring of (u64 time, u128 cumulative price 0, u128 cumulative price 1). */
#define OBSERVATION_SIZE 4075
#define OBSERVATION_INITIALIZED 8
#define OBSERVATION_INDEX 9
#define OBSERVATION_POOL 11
#define OBSERVATION_RING 43
#define OBSERVATION_ENTRY 40
#define OBSERVATION_COUNT 100
#define OBSERVATION_LAST_UPDATE 4043
#define OBSERVATION_PERIOD 15 /* seconds between two entries */

/* SupportMintAssociated: one entry of the allow-list, at the program address of ["support_mint", mint] */
#define SUPPORT_MINT_SIZE 105
#define SUPPORT_MINT_BUMP 8
#define SUPPORT_MINT_MINT 9

#define LP_DECIMALS 9
#define LP_LOCKED 100
#define FEE_RATE_ONE 1000000

#endif
