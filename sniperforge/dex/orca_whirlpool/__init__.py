"""Orca Whirlpools: concentrated pools, looked at and not traded."""
