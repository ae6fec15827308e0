"""Methods about tokens."""

from __future__ import annotations

import struct

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.rpc.parsed_accounts import ui_amount
from tests.localnet.kit import Bench, address, holding, mint

MINT, OTHER, T22, OWNER = address(100), address(101), address(102), address(2)


def bench() -> Bench:
    t22 = holding(address(205), T22, OWNER, 9)
    accounts = [
        mint(MINT, decimals=2, supply=1_000),
        mint(OTHER, decimals=0, supply=5),
        mint(T22, decimals=1, program=TOKEN_2022_PROGRAM),
        *(holding(address(200 + number), MINT, address(number), number * 10) for number in range(2, 5)),
        holding(address(206), OTHER, OWNER, 5),
        Account(t22.address, TOKEN_2022_PROGRAM, t22.lamports, t22.data),
    ]
    return Bench(accounts=tuple(accounts))


def test_the_balance_of_a_token_account() -> None:
    """With the mint's decimals; what is no token account is refused."""
    made = bench()
    assert made.value("getTokenAccountBalance", address(203)) == ui_amount(30, 2)
    assert (
        made.fails("getTokenAccountBalance", address(99)).message == "Invalid param: could not find account"
    )
    assert made.fails("getTokenAccountBalance", MINT).message == "Invalid param: not a Token account"


def test_the_supply_of_a_mint() -> None:
    """From the mint itself."""
    made = bench()
    assert made.value("getTokenSupply", MINT) == ui_amount(1_000, 2)
    assert made.fails("getTokenSupply", address(99)).message == "Invalid param: could not find mint"
    assert made.fails("getTokenSupply", address(203)).message == "Invalid param: not a Token mint"


def test_the_largest_holders() -> None:
    """By amount, at most twenty."""
    made = bench()
    assert made.value("getTokenLargestAccounts", MINT) == [
        {"address": address(200 + number), **ui_amount(number * 10, 2)} for number in (4, 3, 2)
    ]
    for number in range(30):
        made.ledger.set_account(holding(address(300 + number), MINT, OWNER, number))
    largest = made.value("getTokenLargestAccounts", MINT)
    assert len(largest) == 20
    assert largest[0]["amount"] == "40"


def test_token_accounts_of_an_owner() -> None:
    """By mint or by program."""
    made = bench()

    def found(choice: dict[str, str]) -> list[str]:
        return [
            entry["pubkey"]
            for entry in made.value("getTokenAccountsByOwner", OWNER, choice, {"encoding": "jsonParsed"})
        ]

    assert found({"mint": MINT}) == [address(202)]
    assert found({"programId": TOKEN_PROGRAM}) == [address(202), address(206)]
    assert found({"programId": TOKEN_2022_PROGRAM}) == [address(205)]
    assert made.value("getTokenAccountsByOwner", address(77), {"mint": MINT}) == []


def test_wrong_choices_of_an_owner() -> None:
    """Unknown mint, unknown program, neither, too large for base58."""
    made = bench()
    for choice, words in (
        ({"mint": address(99)}, "Invalid param: could not find mint"),
        ({"programId": address(99)}, "Invalid param: unrecognized Token program id"),
        ({}, "Invalid params: expected one of `mint`, `programId`."),
        ({"mint": "0"}, "Invalid param: Invalid"),
    ):
        assert made.fails("getTokenAccountsByOwner", OWNER, choice).message == words
    assert made.fails("getTokenAccountsByOwner", OWNER, {"mint": MINT}).rpc_code == -32600


def test_token_accounts_of_a_delegate() -> None:
    """Only those that name it."""
    made = bench()
    keys = bytes(Pubkey.from_string(MINT)) + bytes(Pubkey.from_string(OWNER))
    delegated = keys + struct.pack("<QI32sBIQQ36x", 5, 1, bytes(Pubkey.from_string(address(9))), 1, 0, 0, 4)
    made.ledger.set_account(Account(address(400), TOKEN_PROGRAM, 2_039_280, delegated))
    choice, form = {"programId": TOKEN_PROGRAM}, {"encoding": "base64"}
    found = made.value("getTokenAccountsByDelegate", address(9), choice, form)
    assert [entry["pubkey"] for entry in found] == [address(400)]
    assert made.value("getTokenAccountsByDelegate", OWNER, choice, form) == []
