/* Byte layouts of the accounts of both token programs. */
#ifndef SPL_H
#define SPL_H

#include "runtime.h"

#define TOKEN_ACCOUNT_SIZE 165
#define TOKEN_MINT 0
#define TOKEN_OWNER 32
#define TOKEN_AMOUNT 64
#define MINT_SIZE 82
#define MINT_DECIMALS 44
#define MINT_INITIALIZED 45
#define EXTENSION_KIND 165 /* 1 mint, 2 account; the list of extensions follows */

#endif
