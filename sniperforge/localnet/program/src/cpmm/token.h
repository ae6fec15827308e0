/* Extensions of mints, and the calls into the token programs. */
#ifndef TOKEN_H
#define TOKEN_H

#include "addresses.h"
#include "curve.h"
#include "errors.h"
#include "common/token.h"

#define EXTENSION_TRANSFER_FEE 1
#define EXTENSION_NON_TRANSFERABLE 9
#define EXTENSION_INTEREST_BEARING 10
#define EXTENSION_TRANSFER_HOOK 14
#define EXTENSION_METADATA_POINTER 18
#define EXTENSION_METADATA 19
#define EXTENSION_SCALED_AMOUNT 25
#define EXTENSION_PAUSABLE 26
#define TRANSFER_FEE_CONFIG_SIZE 108

/* The extension at `*at` in the list, moving `*at` past it; 0 at the end or when it runs over the data. */
static const u8 *next_extension(const Account *mint, u64 *at) {
  const u8 *entry = mint->data + *at;
  if (*at + 4 > mint->data_len || load16(entry) == 0) return 0;
  *at += 4 + load16(entry + 2);
  return *at > mint->data_len ? 0 : entry;
}

/* The transfer fee in force in `epoch`; none for the first token program and mints without the extension. */
static void read_transfer_fee(const Account *mint, u64 epoch, TransferFee *fee) {
  u64 at = EXTENSION_KIND + 1;
  const u8 *entry;
  fee->basis_points = 0;
  fee->maximum = 0;
  if (mint->data_len <= EXTENSION_KIND || same_key(mint->owner, &TOKEN_PROGRAM)) return;
  while ((entry = next_extension(mint, &at)) != 0) {
    if (load16(entry) == EXTENSION_TRANSFER_FEE && load16(entry + 2) >= TRANSFER_FEE_CONFIG_SIZE) {
      const u8 *rule = entry + 4 + (epoch >= load64(entry + 4 + 90) ? 90 : 72); /* newer : older */
      fee->maximum = load64(rule + 8);
      fee->basis_points = load16(rule + 16);
      return;
    }
  }
}

/* Whether pools accept the mint: by its extensions, which the allow-list excuses. */
static int mint_supported(const Account *mint, int listed) {
  u64 at = EXTENSION_KIND + 1;
  const u8 *entry;
  if (mint->data_len == MINT_SIZE) return 1;
  while ((entry = next_extension(mint, &at)) != 0) {
    switch (load16(entry)) {
      case EXTENSION_TRANSFER_FEE:
      case EXTENSION_INTEREST_BEARING:
      case EXTENSION_METADATA_POINTER:
      case EXTENSION_METADATA:
      case EXTENSION_SCALED_AMOUNT: break;
      default: if (!listed) return 0;
    }
  }
  return at <= mint->data_len;
}

/* The size that the mint's token accounts need: each extension of theirs has 4 bytes before its value. */
static u64 vault_size(const Account *mint) {
  u64 at = EXTENSION_KIND + 1, extra = 0;
  const u8 *entry;
  if (mint->data_len == MINT_SIZE) return TOKEN_ACCOUNT_SIZE;
  while ((entry = next_extension(mint, &at)) != 0) {
    switch (load16(entry)) {
      case EXTENSION_TRANSFER_FEE: extra += 4 + 8; break; /* TransferFeeAmount: u64 */
      case EXTENSION_NON_TRANSFERABLE: extra += 4 + 4; break; /* NonTransferableAccount, ImmutableOwner */
      case EXTENSION_TRANSFER_HOOK: extra += 4 + 1; break; /* TransferHookAccount: a flag */
      case EXTENSION_PAUSABLE: extra += 4; break; /* PausableAccount */
      default: break;
    }
  }
  return extra == 0 ? TOKEN_ACCOUNT_SIZE : EXTENSION_KIND + 1 + extra;
}

/* A call that the pool authority signs. */
static u64 cpi_send_as_pool(const Cpi *cpi, const Key *program, u64 data_len) {
  u8 bump = AUTHORITY_BUMP;
  Seed seeds[2] = {{AUTHORITY_SEED, sizeof(AUTHORITY_SEED) - 1}, {&bump, 1}};
  Signer signer = {seeds, 2};
  return cpi_send(cpi, program, data_len, &signer);
}

typedef struct {
  const Account *from, *mint, *to, *authority;
  u64 amount;
} Transfer;

static u64 transfer(const Transfer *transfer, int by_pool) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, transfer->from, 1, 0);
  cpi_account(&cpi, transfer->mint, 0, 0);
  cpi_account(&cpi, transfer->to, 1, 0);
  cpi_account(&cpi, transfer->authority, 0, 1);
  cpi.data[0] = 12; /* TransferChecked */
  store64(cpi.data + 1, transfer->amount);
  cpi.data[9] = transfer->mint->data[MINT_DECIMALS];
  if (by_pool) return cpi_send_as_pool(&cpi, transfer->mint->owner, 10);
  return cpi_send(&cpi, transfer->mint->owner, 10, 0);
}

static u64 mint_lp(const Account *lp_mint, const Account *to, const Account *authority, u64 amount) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, lp_mint, 1, 0);
  cpi_account(&cpi, to, 1, 0);
  cpi_account(&cpi, authority, 0, 1);
  cpi.data[0] = 7; /* MintTo */
  store64(cpi.data + 1, amount);
  return cpi_send_as_pool(&cpi, &TOKEN_PROGRAM, 9);
}

static u64 burn_lp(const Account *from, const Account *lp_mint, const Account *owner, u64 amount) {
  Cpi cpi;
  cpi.len = 0;
  cpi_account(&cpi, from, 1, 0);
  cpi_account(&cpi, lp_mint, 1, 0);
  cpi_account(&cpi, owner, 0, 1);
  cpi.data[0] = 8; /* Burn */
  store64(cpi.data + 1, amount);
  return cpi_send(&cpi, &TOKEN_PROGRAM, 9, 0);
}

#endif
