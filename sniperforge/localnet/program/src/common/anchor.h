/* Error numbers of Anchor programs, and the log lines that say them the way Anchor clients look for. The
 * program's own errors, from 6000 on, are the list PROGRAM_ERRORS(X), defined before this file. */
#ifndef ANCHOR_H
#define ANCHOR_H

#include "log.h"

#define ANCHOR_ERRORS(X) \
  X(100, InstructionMissing, "Instruction discriminator not provided")                                 \
  X(101, InstructionFallbackNotFound, "Fallback functions are not supported")                          \
  X(102, InstructionDidNotDeserialize, "The program could not deserialize the given instruction")      \
  X(2000, ConstraintMut, "A mut constraint was violated")                                              \
  X(2002, ConstraintSigner, "A signer constraint was violated")                                        \
  X(2003, ConstraintRaw, "A raw constraint was violated")                                              \
  X(2006, ConstraintSeeds, "A seeds constraint was violated")                                          \
  X(2009, ConstraintAssociated, "An associated constraint was violated")                               \
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
  X(4100, DeclaredProgramIdMismatch, "The declared program id does not match the actual program id")

#define ERRORS(X) ANCHOR_ERRORS(X) PROGRAM_ERRORS(X)
#define ENUM_ROW(number, name, text) name = number,
enum { ERRORS(ENUM_ROW) };

typedef struct { u64 number; const char *name; const char *text; } ErrorRow;
#define TABLE_ROW(number, name, text) {number, #name, text},
static const ErrorRow ERROR_TABLE[] = {ERRORS(TABLE_ROW)};

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

/* A failed comparison: the two sides are logged after the error. */
SHARED __attribute__((noinline)) u64 fail_compared(u64 number, u64 left, u64 right) {
  fail_at(0, number);
  log_value("Left: ", left);
  log_value("Right: ", right);
  return number;
}

#define fail(number) fail_at((const char *)0, number)
#define REQUIRE(condition, number) do { if (!(condition)) return fail(number); } while (0)
#define REQUIRE_AT(condition, account, number) do { if (!(condition)) return fail_at(account, number); } while (0)

#endif
