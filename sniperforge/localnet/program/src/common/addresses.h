/* Fixed addresses that every program needs, as four little-endian words each. */
#ifndef COMMON_ADDRESSES_H
#define COMMON_ADDRESSES_H

#include "runtime.h"

/* 11111111111111111111111111111111 */
static const Key SYSTEM_PROGRAM = {{0x0000000000000000, 0x0000000000000000,
    0x0000000000000000, 0x0000000000000000}};
/* TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA */
static const Key TOKEN_PROGRAM = {{0x93a165d7e1f6dd06, 0xac79ebce46e1cbd9,
    0x91375b5fed85b41c, 0xa900ff7e85f58c3a}};
/* TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb */
static const Key TOKEN_2022_PROGRAM = {{0xde8f75eee1f6dd06, 0xdacd6ce4bc5d4218,
    0x270db9834dfc1ab6, 0xfc8ba1d828f9bdfe}};
/* ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL */
static const Key ATA_PROGRAM = {{0xf189244e8f25978c, 0x830d8e1429103dbb,
    0x8410ffda99135a0b, 0x59f8e9dbd87b8e04}};
/* MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr */
static const Key MEMO_PROGRAM = {{0x062129995a534a05, 0x7c38da6071e8244d,
    0x81bb92bcddb5357c, 0x8d44054140a81fe4}};
/* SysvarRent111111111111111111111111111111111 */
static const Key RENT_SYSVAR = {{0x515c2c1917d5a706, 0x7ff14a3d4cc98c21,
    0x44fda19b08eeda58, 0x000000008ad9dbe3}};

#endif
