"""A seeded market on the embedded network: it acts only through transactions; its truth is kept apart."""
