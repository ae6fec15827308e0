/* Byte layouts of accounts, as the AMM v4 interface fixes them (pools.md section 1). The pool has no tag. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "common/spl.h"

#define TAG_INITIALIZE2 1
#define TAG_SWAP_BASE_IN 9
#define TAG_SWAP_BASE_OUT 11
#define TAG_SWAP_BASE_IN_V2 16
#define TAG_SWAP_BASE_OUT_V2 17

/* AmmInfo */
#define POOL_SIZE 752
#define POOL_STATUS 0
#define POOL_NONCE 8
#define POOL_ORDER_NUM 16
#define POOL_DEPTH 24
#define POOL_COIN_DECIMALS 32
#define POOL_PC_DECIMALS 40
#define POOL_STATE 48
#define POOL_VOL_MAX_CUT_RATIO 72
#define POOL_COIN_LOT_SIZE 88
#define POOL_PC_LOT_SIZE 96
#define POOL_MIN_PRICE 104
#define POOL_MAX_PRICE 112
#define POOL_SYS_DECIMALS 120
#define POOL_FEES 128 /* four fractions: minimal separation, trade, profit, swap */
#define POOL_SWAP_FEE 176
#define POOL_COIN_OWED 192
#define POOL_PC_OWED 200
#define POOL_OPEN_TIME 224
#define POOL_SWAP_COIN_IN 256
#define POOL_SWAP_PC_OUT 272
#define POOL_COIN_FEES 288 /* taken in coin, beside the sums of coin in and pc out */
#define POOL_SWAP_PC_IN 296
#define POOL_SWAP_COIN_OUT 312
#define POOL_PC_FEES 328
#define POOL_COIN_VAULT 336
#define POOL_PC_VAULT 368
#define POOL_COIN_MINT 400
#define POOL_PC_MINT 432
#define POOL_LP_MINT 464
#define POOL_OPEN_ORDERS 496
#define POOL_MARKET 528
#define POOL_MARKET_PROGRAM 560
#define POOL_TARGET_ORDERS 592
#define POOL_LP_AMOUNT 720

#define STATUS_INITIALIZED 1
#define STATUS_SWAP_ONLY 6
#define STATUS_WAITING_TRADE 7

#define TARGET_ORDERS_SIZE 2208
#define OPEN_ORDERS_SIZE 3228

/* The configuration of all pools */
#define CONFIG_SIZE 544
#define CONFIG_CREATE_POOL_FEE 536

/* An order book market, of which only the lot sizes are read, when there are any */
#define MARKET_SIZE 388
#define MARKET_COIN_LOT_SIZE 349
#define MARKET_PC_LOT_SIZE 357

#endif
