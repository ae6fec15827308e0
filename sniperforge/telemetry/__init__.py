"""Logs that survive: JSON lines, one write each, spilled rather than lost."""
