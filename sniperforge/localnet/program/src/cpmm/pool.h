/* The pool account: checks that every instruction shares, reserves, and the price observations. */
#ifndef POOL_H
#define POOL_H

#include "token.h"

static u64 check_state(const Account *account, u64 size, u64 tag, const char *name) {
  if (same_key(account->owner, &SYSTEM_PROGRAM)) REQUIRE_AT(0, name, AccountNotInitialized);
  REQUIRE_AT(same_key(account->owner, &PROGRAM_ID), name, AccountOwnedByWrongProgram);
  REQUIRE_AT(account->data_len == size && load64(account->data) == tag, name, AccountDiscriminatorMismatch);
  return 0;
}

static u64 check_pool(const Account *pool) {
  TRY(check_state(pool, POOL_SIZE, TAG_POOL_STATE, "pool_state"));
  REQUIRE_AT(pool->is_writable, "pool_state", ConstraintMut);
  return 0;
}

static u64 check_authority(const Account *authority) {
  REQUIRE_AT(same_key(authority->key, &AUTHORITY), "authority", ConstraintSeeds);
  return 0;
}

static inline int overdrawn(u64 amount, u64 *left) {
  if (*left < amount) return 1;
  *left -= amount;
  return 0;
}

/* A vault's amount without the fees that it owes; side is 0 or 1. */
static u64 reserve_of(const Account *pool, const Account *vault, u64 side, u64 *reserve) {
  const u8 *fees = pool->data + 8 * side;
  *reserve = token_amount(vault);
  REQUIRE(!overdrawn(load64(fees + POOL_PROTOCOL_FEES_0), reserve) &&
          !overdrawn(load64(fees + POOL_FUND_FEES_0), reserve) &&
          !overdrawn(load64(fees + POOL_CREATOR_FEES_0), reserve), InsufficientVault);
  return 0;
}

static int collect(u8 *counter, u64 amount) {
  u64 total;
  int fits = add(load64(counter), amount, &total);
  store64(counter, total);
  return fits;
}

/* Adds (a / b) * 2^32 * seconds to the u128 at `to`, as the next entry of the ring. */
static void accumulate(u8 *to, const u8 *from, u64 a, u64 b, u64 seconds) {
  Wide scaled = {a >> 32, a << 32}, price = {0, 0}, step;
  u64 rest, low = load64(from);
  if (b != 0) {
    price.hi = scaled.hi / b;
    scaled.hi -= price.hi * b;
    price.lo = divide(&scaled, b, &rest);
  }
  multiply(price.lo, seconds, &step);
  step.hi += price.hi * seconds;
  store64(to, low + step.lo);
  store64(to + 8, load64(from + 8) + step.hi + (low + step.lo < low));
}

/* Records the price before this swap. The ring gets an entry each OBSERVATION_PERIOD; a swap between two
 * entries adds to the newest one's sums without moving its time. */
static void observe(const Account *observation, u64 reserve_0, u64 reserve_1, u64 now) {
  u8 *data = observation->data;
  u64 index = load16(data + OBSERVATION_INDEX) % OBSERVATION_COUNT, seconds = 0;
  u8 *newest = data + OBSERVATION_RING + index * OBSERVATION_ENTRY, *entry = newest;
  if (data[OBSERVATION_INITIALIZED]) {
    u64 last = load64(data + OBSERVATION_LAST_UPDATE);
    if (last == 0) last = load64(newest);
    if (now > last) seconds = now - last;
    if (now >= load64(newest) + OBSERVATION_PERIOD) {
      index = (index + 1) % OBSERVATION_COUNT;
      entry = data + OBSERVATION_RING + index * OBSERVATION_ENTRY;
      store64(entry, now);
    }
  } else {
    data[OBSERVATION_INITIALIZED] = 1;
    store64(entry, now);
  }
  accumulate(entry + 8, newest + 8, reserve_1, reserve_0, seconds);
  accumulate(entry + 24, newest + 24, reserve_0, reserve_1, seconds);
  store16(data + OBSERVATION_INDEX, index);
  store64(data + OBSERVATION_LAST_UPDATE, now);
}

#endif
