/* Byte layouts of accounts and events, as the Pump interface fixes them (pools.md section 5). Account offsets
 * include the 8-byte tag. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "common/spl.h"

/* First 8 bytes of SHA-256 over "account:Name", "event:Name" or "global:name", as a little-endian word. */
#define TAG_GLOBAL 0x7f726cc8b1e8e8a7ULL
#define TAG_BONDING_CURVE 0x60acd86037f8b717ULL
#define TAG_USER_VOLUME 0xfa9a35660e70ff56ULL
#define TAG_CREATE_EVENT 0x7663ebde4da9721bULL
#define TAG_TRADE_EVENT 0xee61e64ed37fdbbdULL
#define TAG_COMPLETE_EVENT 0x08982ed49c61725fULL
#define TAG_EXTEND_EVENT 0x7c16925d90d76161ULL
#define TAG_CREATE 0x77071c0528c81e18ULL
#define TAG_CREATE_V2 0xb4318b5fec4c90d6ULL
#define TAG_BUY 0xeaebda01123d0666ULL
#define TAG_SELL 0xad837f01a485e633ULL
#define TAG_BUY_EXACT_SOL_IN 0x5fcddf9e0874fc38ULL
#define TAG_BUY_V2 0x3dd3c56761ee17b8ULL
#define TAG_SELL_V2 0xb240e9e73c82f65dULL
#define TAG_BUY_EXACT_QUOTE_IN_V2 0x2f5b4d68461cabc2ULL
#define TAG_EXTEND_ACCOUNT 0xe53e4896cbc266eaULL
#define TAG_EVENT_CPI 0x1d9acb512ea545e4ULL /* Anchor's, before an event that a program sends to itself */
#define TAG_GET_FEES_WITH_QUOTE_MINT 0xbba202a25c8aed9aULL
/* Of the token metadata interface. */
#define TAG_METADATA_INITIALIZE 0x8d4db858a21ee1d2ULL
#define TAG_METADATA_UPDATE_AUTHORITY 0x7b566454e4a6e4d7ULL

/* BondingCurve. Its fields end at 125; accounts have been of 166 bytes since October 2026. */
#define CURVE_SIZE 166
#define CURVE_FIELDS 125
#define CURVE_VIRTUAL_TOKENS 8
#define CURVE_VIRTUAL_QUOTE 16
#define CURVE_REAL_TOKENS 24
#define CURVE_REAL_QUOTE 32
#define CURVE_SUPPLY 40
#define CURVE_COMPLETE 48
#define CURVE_CREATOR 49
#define CURVE_IS_MAYHEM 81
#define CURVE_IS_CASHBACK 82
#define CURVE_QUOTE_MINT 83
#define CURVE_CREATOR_FEE_BPS 115
#define CURVE_IS_HOLDER_REWARD 124

/* Global */
#define GLOBAL_SIZE 1087
#define GLOBAL_FEE_RECIPIENT 41
#define GLOBAL_VIRTUAL_TOKENS 73
#define GLOBAL_VIRTUAL_SOL 81
#define GLOBAL_REAL_TOKENS 89
#define GLOBAL_SUPPLY 97
#define GLOBAL_FEE_RECIPIENTS 162 /* 7 */
#define GLOBAL_CREATE_V2_ENABLED 450
#define GLOBAL_RESERVED_FEE_RECIPIENT 483
#define GLOBAL_RESERVED_FEE_RECIPIENTS 516 /* 7 */
#define GLOBAL_BUYBACK_RECIPIENTS 741 /* 8 */
#define GLOBAL_BUYBACK_BPS 997
#define GLOBAL_CREATOR_FEE_CONFIGURABLE 1045
#define GLOBAL_HOLDER_REWARD_ENABLED 1086

/* UserVolumeAccumulator */
#define VOLUME_SIZE 137
#define VOLUME_USER 8
#define VOLUME_CASHBACK_EARNED 74

#define DECIMALS 6
#define MINT_2022_SIZE 234 /* with the metadata pointer; the metadata itself makes it longer */
#define MAX_NAME 32
#define MAX_SYMBOL 13
#define MAX_URI 200

#endif
