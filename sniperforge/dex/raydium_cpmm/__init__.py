"""Raydium CPMM: constant-product pools with fees on top. Source: raydium-io/raydium-cp-swap."""
