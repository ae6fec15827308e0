"""Faults on request: what a network does wrong, decided from a seed in one place."""
