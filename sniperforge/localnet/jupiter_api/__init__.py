"""A Jupiter-compatible HTTP API over the pools of the embedded network."""
