"""Raydium AMM v4: constant-product pools, once beside an order book. Source: raydium-io/raydium-amm."""
