"""The AMM program of the embedded network: C source, compiler driver, linker, compiled file, exact model.

The interface is Raydium CPMM's (program id, accounts, layouts, errors, logs, events); the source is our own.
Not there: ``initialize_with_permission``, and the instructions of the protocol's owner (configs, status, fee
collection) but for the mint allow-list. Errors are logged without a source file: "AnchorError occurred".
"""
