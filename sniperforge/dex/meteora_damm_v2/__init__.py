"""Meteora DAMM v2: concentrated pools of one range, looked at and not traded."""
