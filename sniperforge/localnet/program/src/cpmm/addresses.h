/* Fixed addresses as four little-endian words each. AUTHORITY is the program address of
 * ["vault_and_lp_mint_auth_seed"] under PROGRAM_ID; it is fixed because PROGRAM_ID is. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "common/addresses.h"

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

#endif
