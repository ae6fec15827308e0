/* The error numbers of the AMM v4 interface that this program gives, and the line that says one. */
#ifndef ERRORS_H
#define ERRORS_H

#include "common/log.h"

#define ERRORS(X) \
  X(1, InvalidProgramAddress, "invalid program address")            \
  X(2, ExpectedMint, "expected mint")                               \
  X(3, ExpectedAccount, "expected account")                         \
  X(4, InvalidCoinVault, "invalid coin vault")                      \
  X(5, InvalidPCVault, "invalid pc vault")                          \
  X(7, InvalidDestTokenCoin, "invalid destination of coin")         \
  X(8, InvalidDestTokenPC, "invalid destination of pc")             \
  X(9, InvalidPoolMint, "invalid pool mint")                        \
  X(10, InvalidOpenOrders, "invalid open orders")                   \
  X(13, InvalidTargetOrders, "invalid target orders")               \
  X(14, AccountNeedWriteable, "account needs to be writable")       \
  X(16, InvalidCoinMint, "invalid coin mint")                       \
  X(17, InvalidPCMint, "invalid pc mint")                           \
  X(18, InvalidOwner, "invalid owner")                              \
  X(21, InvalidSignAccount, "invalid sign account")                 \
  X(22, InvalidStatus, "invalid status")                            \
  X(23, InvalidInstruction, "invalid instruction")                  \
  X(24, WrongAccountsNumber, "wrong accounts number")               \
  X(27, InvalidAmmAccountOwner, "invalid amm account owner")        \
  X(29, InvalidInput, "invalid input")                              \
  X(30, ExceededSlippage, "exceeds desired slippage limit")         \
  X(31, CalculationExRateFailure, "calculation exchange rate failed") \
  X(38, InvalidSplTokenProgram, "invalid spl token program")        \
  X(40, InsufficientFunds, "insufficient funds")                    \
  X(42, InvalidUserToken, "user token input does not match amm")    \
  X(47, InvalidSysProgramAddress, "invalid system program address") \
  X(48, InvalidFee, "invalid fee")                                  \
  X(49, RepeatCreateAmm, "repeat create amm for the market")        \
  X(54, InvalidConfigAccount, "invalid config account")             \
  X(57, InitLpAmountTooLess, "init lp amount is too less")          \
  X(59, NotAllowed, "not allowed")

#define ENUM_ROW(number, name, text) name = number,
enum { ERRORS(ENUM_ROW) };

typedef struct { u64 number; const char *text; } ErrorRow;
#define TABLE_ROW(number, name, text) {number, text},
static const ErrorRow ERROR_TABLE[] = {ERRORS(TABLE_ROW)};

static __attribute__((noinline)) u64 fail(u64 number) {
  const ErrorRow *row = ERROR_TABLE;
  Line line;
  while (row->number != number) row++;
  line.len = 0;
  put_text(&line, "Error: ");
  put_text(&line, row->text);
  log_line(&line);
  return number;
}

#define REQUIRE(condition, number) do { if (!(condition)) return fail(number); } while (0)

#endif
