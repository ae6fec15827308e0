/* What the instructions share: the ray_log line, calls that the authority signs, token accounts. */
#ifndef POOL_H
#define POOL_H

#include "addresses.h"
#include "errors.h"
#include "layout.h"
#include "common/creation.h"
#include "common/math.h"

typedef struct { u64 len; u8 bytes[96]; } Record;

static void put_byte(Record *record, u8 value) { record->bytes[record->len++] = value; }

static void put_word(Record *record, u64 value) {
  store64(record->bytes + record->len, value);
  record->len += 8;
}

static char base64_letter(u64 value) {
  if (value < 26) return 'A' + value;
  if (value < 52) return 'a' + value - 26;
  if (value < 62) return '0' + value - 52;
  return value == 62 ? '+' : '/';
}

/* "ray_log: " and the record in base64. */
static __attribute__((noinline)) void log_record(Record *record) {
  Line line;
  u64 len = record->len;
  line.len = 0;
  put_text(&line, "ray_log: ");
  record->bytes[len] = record->bytes[len + 1] = 0; /* what a last group of one or two bytes reads beyond them */
  for (u64 at = 0; at < len; at += 3) {
    const u8 *in = record->bytes + at;
    u64 group = (u64)in[0] << 16 | (u64)in[1] << 8 | in[2];
    line.text[line.len++] = base64_letter(group >> 18);
    line.text[line.len++] = base64_letter(group >> 12 & 63);
    line.text[line.len++] = at + 1 < len ? base64_letter(group >> 6 & 63) : '=';
    line.text[line.len++] = at + 2 < len ? base64_letter(group & 63) : '=';
  }
  log_line(&line);
}

static inline u64 token_amount(const Account *account) { return *(const u64 *)(account->data + TOKEN_AMOUNT); }

static int is_token_account(const Account *account) {
  return same_key(account->owner, &TOKEN_PROGRAM) && account->data_len == TOKEN_ACCOUNT_SIZE;
}

static u64 send_as_authority(const Cpi *cpi, u64 data_len) {
  u8 bump = AUTHORITY_BUMP;
  Seed seeds[2] = {{AUTHORITY_SEED, sizeof(AUTHORITY_SEED) - 1}, {&bump, 1}};
  Signer signer = {seeds, 2};
  return cpi_send(cpi, &TOKEN_PROGRAM, data_len, &signer);
}

static u64 transfer(const Account *from, const Account *to, const Account *authority, u64 amount, int by_pool) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, from, 1, 0);
  cpi_account(&cpi, to, 1, 0);
  cpi_account(&cpi, authority, 0, 1);
  cpi.data[0] = 3; /* Transfer */
  store64(cpi.data + 1, amount);
  return by_pool ? send_as_authority(&cpi, 9) : cpi_send(&cpi, &TOKEN_PROGRAM, 9, 0);
}

#endif
