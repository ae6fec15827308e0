"""Meteora DAMM v1: pools whose tokens lie in vaults shared by many pools, looked at and not traded."""
