"""Use cases over ports: the executor, guard, recovery."""
