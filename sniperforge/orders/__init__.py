"""Exit rules of a position, pure."""
