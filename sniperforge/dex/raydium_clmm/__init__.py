"""Raydium CLMM: concentrated pools, looked at and not traded."""
