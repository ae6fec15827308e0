"""Adapters that turn node streams into pool events and prices. No trading decisions."""
