/* Fixed addresses as four little-endian words each. AUTHORITY is the program address of
 * ["vault_and_lp_mint_auth_seed"] under PROGRAM_ID; it is fixed because PROGRAM_ID is. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "runtime.h"

#define AUTHORITY_BUMP 253
#define AUTHORITY_SEED "vault_and_lp_mint_auth_seed"

/* CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C */
static const Key PROGRAM_ID = {{0x5259294f8b5a2aa9, 0x955bfd93aa502584,
    0x930c92eba8e6acb5, 0x73ec200c69432e94}};
/* GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL */
static const Key AUTHORITY = {{0x21b492b2f5d900eb, 0x64f0d6b437d0c74a,
    0x0573f30d6064b950, 0x679a8e2f4fe8b52b}};
/* DNXgeM9EiiaAbaWvwjHj9fQQLAX5ZsfHyvmYUNRAdNC8 */
static const Key CREATE_POOL_FEE_ACCOUNT = {{0xe307ac545222d0b7, 0x10f1f0c1863fbdb2,
    0x14ef5ac18c70c03f, 0x69ea553f45a63a07}};
/* H6ngi4wYVa72pfCW4UuFT9dSJ63Si8skUKjmEr6PpbiY: lists mints, in place of Raydium's operator, whose key is Raydium's */
static const Key OPERATOR = {{0x5ffe6053f68c36ef, 0xed194a26d0e1304f,
    0xf0cb3889601bcf30, 0xc93ba913dcdeeda9}};
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
