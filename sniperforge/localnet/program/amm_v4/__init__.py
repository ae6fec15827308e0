"""The AMM program with Raydium AMM v4's interface: instructions, genesis accounts, exact model.

There: ``initialize2``, ``swapBaseIn`` and ``swapBaseOut`` with 17, 18 and 8 accounts. Not there: the order
book (any accounts stand for it), deposits, withdrawals, and the instructions of the protocol's owner.
"""
