/* Fixed addresses as four little-endian words each. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "common/addresses.h"

#define AUTHORITY_BUMP 254
#define AUTHORITY_SEED "amm authority"

/* 675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8 */
static const Key PROGRAM_ID = {{0x3fc30236c449d94b, 0x4c52a316ed907720,
    0xa9a221f15c97b9a1, 0xcd8ab6f87decff0c}};
/* 5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1: ["amm authority"] */
static const Key AUTHORITY = {{0xfcc5310f58b05741, 0xd7f9bc2d58624ae4,
    0x93a384a04359e78e, 0x089389228d3650b3}};
/* 9DCxsMizn3H1hprZ7xWe6LDzeUeZBksYFpBWBtSf1PQX: ["amm_config_account_seed"] */
static const Key CONFIG = {{0x61832efff3fdfd79, 0x1830f07a174aaa5e,
    0x949b1c388139ce89, 0x2c9807087cf2b8d3}};
/* 7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5: wrapped SOL that pool creation pays to */
static const Key CREATE_FEE_ACCOUNT = {{0xfd209d3e1ccb5161, 0x97e80dce813a4a84,
    0xb051cabfbf07f05f, 0x0ed89904efd2d277}};

#endif
