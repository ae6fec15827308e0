"""The AMM program of the embedded network: C source, compiler driver, linker, compiled file, exact model.

The interface is Raydium CPMM's (program id, accounts, layouts, errors, logs, events); the source is our own.
Not there: ``initialize_with_permission``, the mint allow-list, and the instructions of the protocol's owner
(configs, status, fee collection). Errors are logged without a source file: "AnchorError occurred".
"""
