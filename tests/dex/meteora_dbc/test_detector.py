"""Migrations of DBC, and what is passed over."""

from __future__ import annotations

import pytest

from sniperforge.dex.meteora_dbc.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import address, addresses, logged, only, tag, transaction, transfer

MINT = address(40)
FORMS = [("migrate_meteora_damm", 7, 26, 22, 31), ("migration_damm_v2", 13, 12, 19, 25)]


@pytest.mark.parametrize(
    ("name", "mints", "program", "user", "count"), FORMS, ids=[form[0] for form in FORMS]
)
def test_migrations(name: str, mints: int, program: int, user: int, count: int) -> None:
    """The curve, the new pool, and what left the curve's vaults."""
    keys = addresses(count)
    keys[mints : mints + 2] = [MINT, WSOL_MINT]
    inner = [transfer(keys[17], address(3), 400), transfer(keys[18], address(4), 60)]
    inner.append(transfer(keys[17], address(3), 100))
    event = only(transaction(MAINNET, keys, tag("global", name), inner=inner))
    assert (event.kind, event.pool, event.facts["old_pool"]) == (EventKind.MIGRATED, keys[0], keys[0])
    assert (event.facts["new_pool"], event.facts["new_program"]) == (keys[4], keys[program])
    assert (event.facts["config"], event.facts["user"]) == (keys[2], keys[user])
    assert (event.base_mint, event.base_vault, event.quote_vault) == (MINT, keys[17], keys[18])
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (500, 60)
    assert only(transaction(MAINNET, keys, tag("global", name), failed=True)).amounts == {}
    reading = read_transaction(transaction(MAINNET, keys[:19], tag("global", name)))
    assert (reading.events, len(reading.unrecognised)) == ((), 1)


def test_curves_are_passed_over_and_unknown_forms_counted() -> None:
    """Launches and trades are known; the logs tell nothing."""
    for name in ("swap2", "initialize_virtual_pool_with_spl_token", "claim_trading_fee"):
        view = transaction(MAINNET, addresses(15), tag("global", name), lines=["Program log: Instruction: x"])
        assert (read_transaction(view).events, read_transaction(view).unrecognised) == ((), ())
        assert logged(view) == ()
    reading = read_transaction(transaction(MAINNET, addresses(15), bytes(range(8))))
    assert [form.dex for form in reading.unrecognised] == ["meteora_dbc"]
