"""The chain of a network on disk: written as blocks close, read when a network goes on. No decisions."""
