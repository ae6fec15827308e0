"""PumpSwap: the pools that Pump.fun's coins migrate to, and anybody's. Source: pump-fun/pump-public-docs."""
