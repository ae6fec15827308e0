"""From a decision to a transaction plan, pure."""
