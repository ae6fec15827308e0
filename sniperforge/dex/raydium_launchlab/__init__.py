"""Raydium LaunchLab: bonding curves that many launchpads share, until they migrate to a pool."""
