/* Calls into other programs. */
#ifndef CPI_H
#define CPI_H

#include "runtime.h"

/* One call into another program, filled step by step. */
typedef struct {
  u64 len;
  Meta metas[6];
  Account infos[6];
  u8 data[56];
} Cpi;

static void cpi_account(Cpi *cpi, const Account *account, int writable, int signer) {
  cpi->metas[cpi->len].key = account->key;
  cpi->metas[cpi->len].is_writable = writable;
  cpi->metas[cpi->len].is_signer = signer;
  cpi->infos[cpi->len] = *account;
  cpi->infos[cpi->len].data_len = data_len_now(account);
  cpi->len++;
}

/* With data of any length. */
static u64 cpi_send_data(const Cpi *cpi, const Key *program, const u8 *data, u64 data_len, const Signer *signer) {
  Call call = {program, cpi->metas, cpi->len, data, data_len};
  return sol_invoke_signed_c(&call, cpi->infos, cpi->len, signer, signer ? 1 : 0);
}

static u64 cpi_send(const Cpi *cpi, const Key *program, u64 data_len, const Signer *signer) {
  return cpi_send_data(cpi, program, cpi->data, data_len, signer);
}

#endif
