"""A block engine over the ledger, as Jito's: bundles that land whole or not at all, best tip first."""
