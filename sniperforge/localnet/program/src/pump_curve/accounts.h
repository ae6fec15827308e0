/* Checks that the instructions share: the fixed accounts, the curve, program addresses. */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "addresses.h"
#include "curve.h"
#include "errors.h"
#include "layout.h"
#include "common/creation.h"
#include "common/token.h"

static u64 check_state(const Account *account, u64 tag, const char *name) {
  if (same_key(account->owner, &SYSTEM_PROGRAM)) REQUIRE_AT(0, name, AccountNotInitialized);
  REQUIRE_AT(same_key(account->owner, &PROGRAM_ID), name, AccountOwnedByWrongProgram);
  REQUIRE_AT(account->data_len >= 8 && load64(account->data) == tag, name, AccountDiscriminatorMismatch);
  return 0;
}

static u64 check_user(const Account *user) {
  REQUIRE_AT(user->is_signer, "user", AccountNotSigner);
  REQUIRE_AT(user->is_writable, "user", ConstraintMut);
  return 0;
}

static u64 check_global(const Account *global) {
  TRY(check_state(global, TAG_GLOBAL, "global"));
  REQUIRE_AT(same_key(global->key, &GLOBAL), "global", ConstraintSeeds);
  REQUIRE_AT(global->data_len >= GLOBAL_SIZE, "global", AccountDidNotDeserialize);
  return 0;
}

static u64 check_events(const Account *event_authority, const Account *program) {
  REQUIRE_AT(same_key(event_authority->key, &EVENT_AUTHORITY), "event_authority", ConstraintSeeds);
  REQUIRE_AT(same_key(program->key, &PROGRAM_ID), "program", InvalidProgramId);
  return 0;
}

static u64 check_system(const Account *system) {
  REQUIRE_AT(same_key(system->key, &SYSTEM_PROGRAM), "system_program", InvalidProgramId);
  return 0;
}

/* The seeds ["bonding-curve", mint]: with the bump they sign for the curve. */
static u64 check_curve_address(Address *address, const Account *curve, const Key *mint) {
  SEED_TEXT(address, "bonding-curve");
  seed(address, mint, 32);
  REQUIRE_AT(is_address(address, curve->key), "bonding_curve", ConstraintSeeds);
  REQUIRE_AT(curve->is_writable, "bonding_curve", ConstraintMut);
  return 0;
}

static int is_associated(const Account *account, const Key *owner, const Key *program, const Key *mint) {
  Address address;
  address.len = 0;
  seed(&address, owner, 32);
  seed(&address, program, 32);
  seed(&address, mint, 32);
  return is_address_of(&address, &ATA_PROGRAM, account->key);
}

/* An account named by the interface whose content this program does not need. */
static u64 check_associated(const Account *account, const Key *owner, const Key *program, const Key *mint,
                            const char *name) {
  REQUIRE_AT(is_associated(account, owner, program, mint), name, ConstraintSeeds);
  REQUIRE_AT(account->is_writable, name, ConstraintMut);
  return 0;
}

/* Whether `key` is one of `count` keys in an account's data from `offset` on. */
static int is_listed(const Account *account, u64 offset, u64 count, const Key *key) {
  for (u64 i = 0; i < count; i++)
    if (same_key(KEY_AT(account, offset) + i, key)) return 1;
  return 0;
}

#endif
