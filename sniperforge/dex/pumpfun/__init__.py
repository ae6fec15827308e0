"""Pump.fun's bonding curves: coins before their migration to PumpSwap. Source: pump-fun/pump-public-docs."""
