/* Mints and token accounts of both token programs: reading and checking them. Needs the program's errors. */
#ifndef COMMON_TOKEN_H
#define COMMON_TOKEN_H

#include "addresses.h"
#include "cpi.h"
#include "spl.h"

static inline u64 token_amount(const Account *account) { return *(const u64 *)(account->data + TOKEN_AMOUNT); }

static inline int is_token_program(const Key *key) {
  return same_key(key, &TOKEN_PROGRAM) || same_key(key, &TOKEN_2022_PROGRAM);
}

SHARED u64 check_mint(const Account *mint, const Account *program, const char *name) {
  REQUIRE_AT(same_key(mint->owner, program->key), name, ConstraintMintTokenProgram);
  REQUIRE_AT(mint->data_len >= MINT_SIZE && mint->data[MINT_INITIALIZED] == 1, name, AccountDidNotDeserialize);
  if (mint->data_len > MINT_SIZE)
    REQUIRE_AT(mint->data_len > EXTENSION_KIND && mint->data[EXTENSION_KIND] == 1 &&
               same_key(mint->owner, &TOKEN_2022_PROGRAM), name, AccountDidNotDeserialize);
  return 0;
}

/* A user's token account: of this mint under this program; its owner is checked when `owner` is given. */
static u64 check_token_account(const Account *account, const Key *program, const Key *mint, const Key *owner,
                               const char *name) {
  if (same_key(account->owner, &SYSTEM_PROGRAM)) REQUIRE_AT(0, name, AccountNotInitialized);
  REQUIRE_AT(is_token_program(account->owner), name, AccountOwnedByWrongProgram);
  REQUIRE_AT(same_key(account->owner, program), name, ConstraintTokenTokenProgram);
  REQUIRE_AT(account->data_len >= TOKEN_ACCOUNT_SIZE, name, AccountDidNotDeserialize);
  REQUIRE_AT(account->data_len == TOKEN_ACCOUNT_SIZE || account->data[EXTENSION_KIND] == 2, name,
             AccountDidNotDeserialize);
  REQUIRE_AT(account->is_writable, name, ConstraintMut);
  REQUIRE_AT(same_key(KEY_AT(account, TOKEN_MINT), mint), name, ConstraintTokenMint);
  if (owner) REQUIRE_AT(same_key(KEY_AT(account, TOKEN_OWNER), owner), name, ConstraintTokenOwner);
  return 0;
}

#endif
