"""Trading bots, each a plugin on plugin.py alone."""
