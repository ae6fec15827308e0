/* The error numbers of the CPMM interface. */
#ifndef ERRORS_H
#define ERRORS_H

#define PROGRAM_ERRORS(X) \
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

#include "common/anchor.h"

#endif
