"""Instructions of the AMM v4 program name the accounts that recorded ones name, in their order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey

from sniperforge.localnet.program.amm_v4 import instructions as amm
from tests.localnet.program.recorded import base58_bytes, resolved_keys
from tests.localnet.program.svm_bench import key

if TYPE_CHECKING:
    from pathlib import Path

POOL = amm.PoolAddresses(key("market"), key("coin"), key("pc"))


def recorded_accounts(folder: Path, name: str) -> tuple[list[Pubkey], bytes]:
    recording = json.loads((folder / "raydium_amm_v4" / f"{name}.json").read_text())
    keys = resolved_keys(recording)
    for one in recording["result"]["transaction"]["message"]["instructions"]:
        if str(one.get("programId") or keys[one["programIdIndex"]]) == str(amm.PROGRAM):
            places = [Pubkey.from_string(at) if isinstance(at, str) else keys[at] for at in one["accounts"]]
            return places, base58_bytes(one["data"])
    raise AssertionError(name)


@pytest.mark.parametrize("name", ["create_1", "create_2", "create_pump_migration_0"])
def test_creation_names_the_recorded_accounts(name: str, shared_fixtures: Path) -> None:
    """All 21, the pool's own derived from its market, and the same data."""
    accounts, data = recorded_accounts(shared_fixtures, name)
    pool = amm.PoolAddresses(accounts[16], accounts[8], accounts[9], accounts[15])
    opens, pc, coin = (int.from_bytes(data[at : at + 8], "little") for at in (2, 10, 18))
    instruction = amm.initialize2(
        pool,
        user=accounts[17],
        user_coin=accounts[18],
        user_pc=accounts[19],
        coin=coin,
        pc=pc,
        open_time=opens,
    )
    assert [meta.pubkey for meta in instruction.accounts] == accounts
    assert instruction.data == data
    print("matched 1 of 1")


@pytest.mark.parametrize("count", [17, 18, 8])
def test_a_swap_has_the_accounts_of_its_form(count: int) -> None:
    """The pool before the user's three accounts; the order book between them but in the shortest form."""
    ends = {"user": key("user"), "source": key("from"), "destination": key("to")}
    sold = amm.swap_base_in(POOL, **ends, amount_in=7, minimum_out=5, accounts=count)
    bought = amm.swap_base_out(POOL, **ends, maximum_in=9, amount_out=3, accounts=count)
    told = [meta.pubkey for meta in sold.accounts]
    assert told == [meta.pubkey for meta in bought.accounts]
    assert len(told) == count
    assert told[1:3] == [POOL.pool, amm.AUTHORITY]
    first = {17: 4, 18: 5, 8: 3}[count]
    assert tuple(told[first : first + 2]) == POOL.vaults
    assert told[-3:] == [key("from"), key("to"), key("user")]
    assert (sold.data[0], bought.data[0]) == ((16, 17) if count == 8 else (9, 11))
    assert sold.data[1:] == (7).to_bytes(8, "little") + (5).to_bytes(8, "little")
    assert bought.data[1:] == (9).to_bytes(8, "little") + (3).to_bytes(8, "little")


def test_fixed_addresses_are_mainnets() -> None:
    """The authority, its nonce, and the configuration, as every explorer shows them."""
    assert str(amm.AUTHORITY) == "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1"
    assert amm.NONCE == 254
    assert str(amm.CONFIG) == "9DCxsMizn3H1hprZ7xWe6LDzeUeZBksYFpBWBtSf1PQX"
