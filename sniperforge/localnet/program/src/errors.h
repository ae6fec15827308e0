/* Error numbers, and the log lines that say them the way Anchor clients look for. */
#ifndef ERRORS_H
#define ERRORS_H

#include "runtime.h"

/* Below 6000: Anchor's own numbers. From 6000: the numbers of the CPMM interface. */
#define ERRORS(X)                                                                                      \
  X(100, InstructionMissing, "Instruction discriminator not provided")                                 \
  X(101, InstructionFallbackNotFound, "Fallback functions are not supported")                          \
  X(102, InstructionDidNotDeserialize, "The program could not deserialize the given instruction")      \
  X(2000, ConstraintMut, "A mut constraint was violated")                                              \
  X(2003, ConstraintRaw, "A raw constraint was violated")                                              \
  X(2006, ConstraintSeeds, "A seeds constraint was violated")                                          \
  X(2012, ConstraintAddress, "An address constraint was violated")                                     \
  X(2014, ConstraintTokenMint, "A token mint constraint was violated")                                 \
  X(2015, ConstraintTokenOwner, "A token owner constraint was violated")                               \
  X(2021, ConstraintTokenTokenProgram, "A token account token program constraint was violated")        \
  X(2022, ConstraintMintTokenProgram, "A mint token program constraint was violated")                  \
  X(2501, RequireEqViolated, "A require_eq expression was violated")                                   \
  X(2505, RequireGtViolated, "A require_gt expression was violated")                                   \
  X(3002, AccountDiscriminatorMismatch, "Account discriminator did not match what was expected")       \
  X(3003, AccountDidNotDeserialize, "Failed to deserialize the account")                               \
  X(3005, AccountNotEnoughKeys, "Not enough account keys given to the instruction")                    \
  X(3007, AccountOwnedByWrongProgram, "The given account is owned by a different program than expected") \
  X(3008, InvalidProgramId, "Program ID was not as expected")                                          \
  X(3010, AccountNotSigner, "The given account did not sign")                                          \
  X(3012, AccountNotInitialized, "The program expected this account to be already initialized")        \
  X(3015, AccountSysvarMismatch, "The given public key does not match the required sysvar")            \
  X(4100, DeclaredProgramIdMismatch, "The declared program id does not match the actual program id")   \
  X(6000, NotApproved, "Not approved")                                                                 \
  X(6002, EmptySupply, "Input token account empty")                                                    \
  X(6003, InvalidInput, "InvalidInput")                                                                \
  X(6004, IncorrectLpMint, "Address of the provided lp token mint is incorrect")                       \
  X(6005, ExceededSlippage, "Exceeds desired slippage limit")                                          \
  X(6006, ZeroTradingTokens, "Given pool token amount results in zero trading tokens")                 \
  X(6007, NotSupportMint, "Not support token_2022 mint extension")                                     \
  X(6008, InvalidVault, "invaild vault")                                                               \
  X(6009, InitLpAmountTooLess, "Init lp amount is too less(Because 100 amount lp will be locked)")     \
  X(6010, TransferFeeCalculateNotMatch, "TransferFee calculate not match")                             \
  X(6011, MathOverflow, "Math overflow")                                                               \
  X(6012, InsufficientVault, "Insufficient vault")                                                     \
  X(6013, InvalidFeeModel, "Invalid fee model")

#define ENUM_ROW(number, name, text) name = number,
enum { ERRORS(ENUM_ROW) };

typedef struct { u64 number; const char *name; const char *text; } ErrorRow;
#define TABLE_ROW(number, name, text) {number, #name, text},
static const ErrorRow ERROR_TABLE[] = {ERRORS(TABLE_ROW)};

typedef struct { u64 len; char text[320]; } Line;

static void put_text(Line *line, const char *text) {
  while (*text != 0 && line->len < sizeof line->text) line->text[line->len++] = *text++;
}

static void put_number(Line *line, u64 value) {
  char digits[20];
  u64 count = 0;
  do {
    digits[count++] = '0' + value % 10;
    value /= 10;
  } while (value != 0);
  while (count > 0 && line->len < sizeof line->text) line->text[line->len++] = digits[--count];
}

static void log_line(const Line *line) { sol_log_(line->text, line->len); }

static const ErrorRow *error_row(u64 number) {
  const ErrorRow *row = ERROR_TABLE;
  while (row->number != number) row++;
  return row;
}

/* Logs the error and gives its number back, as the program's result. `account` may be 0. */
static __attribute__((noinline)) u64 fail_at(const char *account, u64 number) {
  const ErrorRow *row = error_row(number);
  Line line;
  line.len = 0;
  if (account) {
    put_text(&line, "AnchorError caused by account: ");
    put_text(&line, account);
  } else {
    put_text(&line, "AnchorError occurred");
  }
  put_text(&line, ". Error Code: ");
  put_text(&line, row->name);
  put_text(&line, ". Error Number: ");
  put_number(&line, number);
  put_text(&line, ". Error Message: ");
  put_text(&line, row->text);
  put_text(&line, ".");
  log_line(&line);
  return number;
}

static void log_value(const char *label, u64 value) {
  Line line;
  line.len = 0;
  put_text(&line, label);
  put_number(&line, value);
  log_line(&line);
}

/* A failed comparison: the two sides are logged after the error. */
static __attribute__((noinline)) u64 fail_compared(u64 number, u64 left, u64 right) {
  fail_at(0, number);
  log_value("Left: ", left);
  log_value("Right: ", right);
  return number;
}

#define fail(number) fail_at((const char *)0, number)
#define REQUIRE(condition, number) do { if (!(condition)) return fail(number); } while (0)
#define REQUIRE_AT(condition, account, number) do { if (!(condition)) return fail_at(account, number); } while (0)
#define TRY(expression) do { u64 try_code = (expression); if (try_code != 0) return try_code; } while (0)

#endif
