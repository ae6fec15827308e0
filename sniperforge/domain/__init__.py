"""The vocabulary: frozen values that every layer shares. No I/O, no clock, no third-party import."""
