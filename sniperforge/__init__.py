"""SniperForge: a safe, fast, honest Solana trading toolkit for the terminal."""

__version__ = "0.1.0"
