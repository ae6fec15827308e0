/* The error numbers of the Pump interface that this program gives. */
#ifndef ERRORS_H
#define ERRORS_H

#define PROGRAM_ERRORS(X) \
  X(6000, NotAuthorized, "The given account is not authorized to execute this instruction.")           \
  X(6002, TooMuchSolRequired, "slippage: Too much SOL required to buy the given amount of tokens.")    \
  X(6003, TooLittleSolReceived, "slippage: Too little SOL received to sell the given amount of tokens.") \
  X(6005, BondingCurveComplete, "The bonding curve has completed and liquidity migrated to raydium.")  \
  X(6010, AccountTypeNotSupported, "Account type not supported")                                       \
  X(6020, BuyZeroAmount, "Buy zero amount")                                                            \
  X(6021, NotEnoughTokensToBuy, "Not enough tokens to buy")                                            \
  X(6022, SellZeroAmount, "Sell zero amount")                                                          \
  X(6023, NotEnoughTokensToSell, "Not enough tokens to sell")                                          \
  X(6024, Overflow, "Overflow")                                                                        \
  X(6042, BuySlippageBelowMinTokensOut, "Slippage: Would buy less tokens than expected min_tokens_out") \
  X(6043, NameTooLong, "NameTooLong")                                                                  \
  X(6044, SymbolTooLong, "SymbolTooLong")                                                              \
  X(6045, UriTooLong, "UriTooLong")                                                                    \
  X(6046, CreateV2Disabled, "CreateV2Disabled")                                                        \
  X(6048, MayhemModeDisabled, "MayhemModeDisabled")                                                    \
  X(6057, BuybackFeeRecipientNotAuthorized, "Buyback fee recipient not authorized")                    \
  X(6062, BuybackFeeRecipientMissing, "BuybackFeeRecipientMissing")                                    \
  X(6063, UnsupportedQuoteMint, "Unsupported quote mint")                                              \
  X(6072, MissingCashbackAccounts, "Cashback trade is missing the required remaining accounts")        \
  X(6073, InvalidCashbackAccumulator, "Cashback user_volume_accumulator account is invalid")           \
  X(6074, InvalidBondingCurveV2, "bonding_curve_v2 remaining account is missing or invalid")           \
  X(6082, CashbackDeprecated, "Cashback coins can no longer be created")                               \
  X(6084, HolderRewardDisabled, "Holder-reward coins are disabled")

#include "common/anchor.h"

#endif
