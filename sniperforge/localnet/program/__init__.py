"""The programs of the embedded network: C source (``src``), compiler driver, linker, compiled files.

A folder for each with its instructions, genesis accounts and exact model. The interfaces are those of the
programs that stand at the same addresses on mainnet; the source is our own.
"""
