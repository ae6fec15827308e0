"""Meteora DBC: bonding curves, of which the migrations are recognised."""
