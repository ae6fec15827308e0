"""The bonding-curve program with Pump.fun's interface: instructions, genesis accounts, exact model.

There: ``create``, ``create_v2``, ``buy``, ``buy_exact_sol_in``, ``sell``, ``buy_v2``, ``sell_v2``,
``buy_exact_quote_in_v2``, ``extend_account``; curves quoted in SOL. Not there: other quotes, mayhem mode,
migration, the compact ``_v3`` forms, volume tracking, the collection of fees, and the Metaplex account of
``create``.
"""
