"""The chain itself: LiteSVM behind slots, a blockhash window, commitment and records. Sync, no I/O."""
