"""Balances: SOL, wrapped SOL and tokens, from what a node parses."""

from __future__ import annotations

import subprocess
import sys

import pytest
from solders.pubkey import Pubkey

from sniperforge.app.balance import read_balance
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import UnavailableError
from sniperforge.testing.rpc import FakeRpc
from tests.app.place import instant_network
from tests.localnet.kit import holding, mint

OWNER = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


def key(number: int) -> str:
    return str(Pubkey.from_bytes(bytes([number]) * 32))


async def test_everything_is_counted() -> None:
    """SOL apart, wrapped SOL summed, tokens by mint with empty accounts last."""
    network = instant_network()
    ledger = network.ledger
    big, small = key(200), key(100)
    for account in (
        Account(OWNER, SYSTEM_PROGRAM, 7, b""),
        mint(big, decimals=2),
        mint(small, decimals=6),
        holding(key(1), WSOL_MINT, OWNER, 500),
        holding(key(2), WSOL_MINT, OWNER, 20),
        holding(key(3), big, OWNER, 0),
        holding(key(4), small, OWNER, 1_500_000, state=2),
    ):
        ledger.set_account(account)
    found = await read_balance(RpcClient(network.transport(), SystemClock()), OWNER)
    document = found.to_json()
    assert (document["balance_sol"], document["wsol_sol"], document["total_sol"]) == (
        "0.000000007",
        "0.000000520",
        "0.000000527",
    )
    assert document["sol"] == {"raw": "7", "ui": "0.000000007", "decimals": 9, "mint": WSOL_MINT}
    shown = [(each["mint"], each["ui"], each["account"], each["frozen"]) for each in document["tokens"]]
    assert shown == [(small, "1.5", key(4), True), (big, "0", key(3), False)]
    assert document["tokens"][0]["rent_sol"] == "0.002039280"


async def test_nothing_there_is_zero() -> None:
    """An address that was never used has a balance too."""
    found = await read_balance(RpcClient(instant_network().transport(), SystemClock()), OWNER)
    assert (found.lamports, found.wsol, found.tokens) == (0, 0, ())


async def test_both_token_programs_are_asked() -> None:
    """Token-2022 accounts count like the others."""
    parsed = {
        "info": {"mint": key(9), "state": "initialized", "tokenAmount": {"amount": "12", "decimals": 1}}
    }
    account = {"pubkey": key(8), "account": {"lamports": 5, "data": {"parsed": parsed}}}

    def held(params: list[object]) -> object:
        return {"value": [account] if params[1] == {"programId": TOKEN_2022_PROGRAM} else []}

    answers = {"getBalance": {"context": {"slot": 1}, "value": 1}, "getTokenAccountsByOwner": held}
    found = await read_balance(RpcClient(FakeRpc(answers), SystemClock()), OWNER)
    assert [(each.program, each.amount.ui) for each in found.tokens] == [(TOKEN_2022_PROGRAM, "1.2")]


async def test_a_node_that_does_not_parse_is_said() -> None:
    """Raw bytes are no balance."""
    raw = {"pubkey": key(8), "account": {"lamports": 5, "data": ["", "base64"]}}
    answers = {
        "getBalance": {"context": {"slot": 1}, "value": 1},
        "getTokenAccountsByOwner": {"value": [raw]},
    }
    with pytest.raises(UnavailableError, match="malformed"):
        await read_balance(RpcClient(FakeRpc(answers), SystemClock()), OWNER)


def test_reading_a_balance_loads_little() -> None:
    """The path of the shortest commands: no SVM, no HTTP library, no logging library."""
    code = (
        "import sys, sniperforge.app.balance, sniperforge.app.node, sniperforge.app.wallet;"
        "print(sorted({'solders', 'httpx', 'aiohttp', 'structlog', 'rich', 'nacl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
