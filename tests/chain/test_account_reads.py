"""Reads of accounts and token holdings."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from sniperforge.chain.account_reads import AccountReads
from sniperforge.chain.answers import AccountsAt, Holding
from sniperforge.chain.retries import NO_RETRY
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc

BASE64 = {"encoding": "base64", "commitment": "confirmed"}


def reads(node: FakeRpc) -> AccountReads:
    """Reads of ``node``, tried once."""
    return AccountReads(node, FakeClock(), retry=NO_RETRY)


def info(data: bytes = b"", owner: str = "Owner", lamports: int = 1) -> dict[str, Any]:
    """An account in a node's JSON."""
    text = b64encode(data).decode()
    return {
        "owner": owner,
        "lamports": lamports,
        "data": [text, "base64"],
        "executable": False,
        "rentEpoch": 2**64 - 1,
    }


def at(slot: int, value: Any) -> dict[str, Any]:
    """A value with its context."""
    return {"context": {"apiVersion": "4.1.2", "slot": slot}, "value": value}


async def test_balance() -> None:
    """Lamports, exact up to u64."""
    node = FakeRpc({"getBalance": at(1, 2**64 - 1)})
    assert await reads(node).balance("A") == 2**64 - 1
    assert node.params("getBalance") == [["A", {"commitment": "confirmed"}]]


async def test_account_and_no_account() -> None:
    """One account is decoded; null is None."""
    node = FakeRpc()
    node.answer("getAccountInfo", at(1, info(b"xyz")), at(1, None))
    assert await reads(node).account("A") == Account("A", "Owner", 1, b"xyz")
    assert await reads(node).account("A", "processed") is None
    assert node.params("getAccountInfo") == [["A", BASE64], ["A", {**BASE64, "commitment": "processed"}]]


async def test_accounts_are_mapped_by_address() -> None:
    """Missing ones are None, repeated ones asked for once, the slot comes along."""
    node = FakeRpc({"getMultipleAccounts": at(7, [info(b"a"), None])})
    found = await reads(node).accounts(["A", "B", "A"], min_slot=6)
    assert found == AccountsAt(7, {"A": Account("A", "Owner", 1, b"a"), "B": None})
    assert node.params("getMultipleAccounts") == [[["A", "B"], {**BASE64, "minContextSlot": 6}]]


async def test_accounts_are_asked_for_by_the_hundred() -> None:
    """250 addresses are three requests; the slot is the lowest answered."""
    slots = iter((30, 10, 20))

    def answer(params: Any) -> Any:
        return at(next(slots), [info(address.encode()) for address in params[0]])

    node = FakeRpc({"getMultipleAccounts": answer})
    addresses = [f"A{number}" for number in range(250)]
    found = await reads(node).accounts(addresses)
    assert [len(params[0]) for params in node.params("getMultipleAccounts")] == [100, 100, 50]
    assert found.slot == 10
    assert all(
        account is not None and account.data == address.encode()
        for address, account in found.accounts.items()
    )
    assert list(found.accounts) == addresses


async def test_no_addresses_are_no_request() -> None:
    """Nothing asked, nothing answered."""
    node = FakeRpc()
    assert await reads(node).accounts([]) == AccountsAt(0, {})
    assert node.calls == []


async def test_an_answer_for_fewer_accounts_is_unavailable() -> None:
    """A list that does not fit must not be shifted onto the wrong addresses."""
    node = FakeRpc({"getMultipleAccounts": at(7, [None])})
    with pytest.raises(UnavailableError, match="1 accounts answered, 2 asked for"):
        await reads(node).accounts(["A", "B"])


async def test_token_accounts_of_both_programs() -> None:
    """SPL Token's and Token-2022's accounts come in one tuple."""

    def answer(params: Any) -> Any:
        program = params[1]["programId"]
        return at(1, [{"pubkey": f"of-{program[:7]}", "account": info(b"t", owner=program)}])

    node = FakeRpc({"getTokenAccountsByOwner": answer})
    held = await reads(node).token_accounts_by_owner("W")
    assert [account.owner for account in held] == [TOKEN_PROGRAM, TOKEN_2022_PROGRAM]
    assert [account.address for account in held] == ["of-Tokenke", "of-Tokenz"[:10] + held[1].address[9:]]
    assert node.params("getTokenAccountsByOwner")[0] == ["W", {"programId": TOKEN_PROGRAM}, BASE64]


async def test_largest_holdings() -> None:
    """Amounts are whole numbers of raw units."""
    entries = [{"address": "H", "amount": "18446744073709551615", "decimals": 6, "uiAmount": 1.8e13}]
    node = FakeRpc({"getTokenLargestAccounts": at(3, entries)})
    assert await reads(node).token_largest_accounts("M") == (Holding("H", 2**64 - 1, 6),)


@pytest.mark.parametrize("amount", ["1.5", "-1", "", "1e3", "²"])
async def test_an_amount_that_is_no_number_is_unavailable(amount: str) -> None:
    """Concentration is not computed from garbage."""
    node = FakeRpc({"getTokenLargestAccounts": at(3, [{"address": "H", "amount": amount, "decimals": 6}])})
    with pytest.raises(UnavailableError, match="whole number"):
        await reads(node).token_largest_accounts("M")
