/* The allow-list: mints whose extensions pools do not accept by themselves, listed one by one by the operator. */
#ifndef LISTING_H
#define LISTING_H

#include "pool.h"
#include "common/creation.h"

enum { LIST_OWNER, LIST_MINT, LIST_ENTRY, LIST_SYSTEM_PROGRAM, LIST_ACCOUNTS };

/* Whether one of the accounts from `first` on is the mint's entry in the list. */
static int is_listed(const Input *input, u64 first, const Account *mint) {
  Address address;
  Key entry;
  if (input->accounts_len <= first) return 0;
  SEED_TEXT(&address, "support_mint");
  seed(&address, mint->key, 32);
  if (sol_try_find_program_address(address.seeds, address.len, &PROGRAM_ID, &entry, &address.bump)) return 0;
  for (u64 i = first; i < input->accounts_len; i++) {
    const Account *account = &input->accounts[i];
    if (same_key(account->key, &entry) && same_key(account->owner, &PROGRAM_ID) &&
        account->data_len == SUPPORT_MINT_SIZE && load64(account->data) == TAG_SUPPORT_MINT &&
        same_key(KEY_AT(account, SUPPORT_MINT_MINT), mint->key)) return 1;
  }
  return 0;
}

static u64 list_mint(const Input *input) {
  const Account *a = input->accounts, *mint = &a[LIST_MINT], *entry = &a[LIST_ENTRY];
  Address address;
  REQUIRE(input->accounts_len >= LIST_ACCOUNTS, AccountNotEnoughKeys);
  REQUIRE_AT(a[LIST_OWNER].is_signer, "owner", AccountNotSigner);
  REQUIRE_AT(is_token_program(mint->owner), "token_mint", AccountOwnedByWrongProgram);
  REQUIRE_AT(mint->data_len >= MINT_SIZE && mint->data[MINT_INITIALIZED] == 1 &&
             (mint->data_len == MINT_SIZE || (mint->data_len > EXTENSION_KIND && mint->data[EXTENSION_KIND] == 1)),
             "token_mint", AccountDidNotDeserialize);
  REQUIRE_AT(same_key(a[LIST_SYSTEM_PROGRAM].key, &SYSTEM_PROGRAM), "system_program", InvalidProgramId);
  REQUIRE_AT(a[LIST_OWNER].is_writable, "owner", ConstraintMut);
  REQUIRE_AT(same_key(a[LIST_OWNER].key, &OPERATOR), "owner", NotApproved);
  REQUIRE_AT(same_key(mint->owner, &TOKEN_2022_PROGRAM), "token_mint", NotApproved);
  SEED_TEXT(&address, "support_mint");
  seed(&address, mint->key, 32);
  REQUIRE_AT(is_address(&address, entry->key), "support_mint_associated", ConstraintSeeds);
  Creation creation = {&a[LIST_OWNER], entry, SUPPORT_MINT_SIZE, &PROGRAM_ID, &address};
  TRY(create(&creation));
  store64(entry->data, TAG_SUPPORT_MINT);
  entry->data[SUPPORT_MINT_BUMP] = address.bump;
  put_key(entry->data + SUPPORT_MINT_MINT, mint->key);
  return 0;
}

#endif
