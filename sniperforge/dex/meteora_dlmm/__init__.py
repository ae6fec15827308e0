"""Meteora DLMM: pools of price bins, looked at and not traded."""
