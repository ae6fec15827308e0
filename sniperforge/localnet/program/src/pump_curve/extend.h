/* extend_account: gives a curve of an older length today's. */
#ifndef EXTEND_H
#define EXTEND_H

#include "events.h"

enum { EXTEND_ACCOUNT, EXTEND_USER, EXTEND_SYSTEM, EXTEND_EVENT_AUTHORITY, EXTEND_PROGRAM, EXTEND_ACCOUNTS };

static __attribute__((noinline)) u64 emit_extend(const Account *a, u64 old_size) {
  Clock clock;
  Event event;
  TRY(sol_get_clock_sysvar(&clock));
  begin_event(&event, TAG_EXTEND_EVENT);
  put_address(&event, a[EXTEND_ACCOUNT].key);
  put_address(&event, a[EXTEND_USER].key);
  put_word(&event, old_size);
  put_word(&event, CURVE_SIZE);
  put_word(&event, clock.unix_timestamp);
  return emit(&event, &a[EXTEND_EVENT_AUTHORITY]);
}

static u64 extend_account(const Input *input) {
  const Account *a = input->accounts, *account = &a[EXTEND_ACCOUNT];
  u64 lamports, old_size = account->data_len;
  REQUIRE(input->accounts_len >= EXTEND_ACCOUNTS, AccountNotEnoughKeys);
  REQUIRE_AT(same_key(account->owner, &PROGRAM_ID), "account", AccountOwnedByWrongProgram);
  REQUIRE_AT(account->is_writable, "account", ConstraintMut);
  TRY(check_user(&a[EXTEND_USER]));
  TRY(check_system(&a[EXTEND_SYSTEM]));
  TRY(check_events(&a[EXTEND_EVENT_AUTHORITY], &a[EXTEND_PROGRAM]));
  REQUIRE(old_size >= 8 && load64(account->data) == TAG_BONDING_CURVE, AccountTypeNotSupported);
  if (old_size >= CURVE_SIZE) {
    LOG("Account already has the correct size");
    return 0;
  }
  TRY(rent_for(CURVE_SIZE, &lamports));
  if (*account->lamports < lamports)
    TRY(send_lamports(&a[EXTEND_USER], account, lamports - *account->lamports));
  store64(account->data - 8, CURVE_SIZE); /* the bytes behind an account's data are its own, and zero */
  return emit_extend(a, old_size);
}

#endif
