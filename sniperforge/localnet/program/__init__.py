"""The AMM program of the embedded network: C source, compiler driver, linker, compiled file, exact model.

The interface is Raydium CPMM's (program id, accounts, layouts, errors, logs, events); the source is our own.
"""
