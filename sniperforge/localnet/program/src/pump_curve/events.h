/* Events: each is logged, and sent by the program to itself as an instruction that only it can sign. */
#ifndef EVENTS_H
#define EVENTS_H

#include "accounts.h"

#define EVENT_CAPACITY 640

typedef struct { u64 len; u8 bytes[EVENT_CAPACITY]; } Event;

static void put_byte(Event *event, u8 value) { event->bytes[event->len++] = value; }

static void put_word(Event *event, u64 value) {
  store64(event->bytes + event->len, value);
  event->len += 8;
}

static void put_address(Event *event, const Key *key) {
  put_key(event->bytes + event->len, key);
  event->len += 32;
}

static void put_string(Event *event, const u8 *text, u64 len) {
  store32(event->bytes + event->len, len);
  event->len += 4;
  for (u64 i = 0; i < len; i++) event->bytes[event->len++] = text[i];
}

static void begin_event(Event *event, u64 tag) {
  event->len = 0;
  put_word(event, TAG_EVENT_CPI);
  put_word(event, tag);
}

static u64 emit(const Event *event, const Account *event_authority) {
  u8 bump = EVENT_AUTHORITY_BUMP;
  Seed field = {event->bytes + 8, event->len - 8};
  Seed seeds[2] = {{EVENT_AUTHORITY_SEED, sizeof(EVENT_AUTHORITY_SEED) - 1}, {&bump, 1}};
  Signer signer = {seeds, 2};
  Cpi cpi;
  sol_log_data(&field, 1);
  cpi.len = 0;
  cpi_account(&cpi, event_authority, 0, 1);
  return cpi_send_data(&cpi, &PROGRAM_ID, event->bytes, event->len, &signer);
}

/* What the program does with an event that it gets: sees that it sent it. */
static u64 take_event(const Input *input) {
  REQUIRE(input->accounts_len >= 1, AccountNotEnoughKeys);
  REQUIRE_AT(input->accounts[0].is_signer, "event_authority", ConstraintSigner);
  REQUIRE_AT(same_key(input->accounts[0].key, &EVENT_AUTHORITY), "event_authority", ConstraintSeeds);
  return 0;
}

#endif
