"""Pure risk decisions: token and pool checks, limits. No I/O, no clock."""
