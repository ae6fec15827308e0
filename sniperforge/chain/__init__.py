"""Adapters to a Solana node: HTTP JSON-RPC, PubSub, landing. No trading decisions."""
