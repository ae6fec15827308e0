"""The AMM program with Raydium CPMM's interface: instructions, genesis accounts, exact model.

Not there: ``initialize_with_permission``, and the instructions of the protocol's owner (configs, status, fee
collection) but for the mint allow-list. Errors are logged without a source file: "AnchorError occurred".
"""
