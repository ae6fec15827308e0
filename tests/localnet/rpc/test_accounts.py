"""Methods about accounts."""

from __future__ import annotations

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.pace import COMMITMENTS
from sniperforge.tokens.instructions import close_account, create_associated_token_account
from tests.localnet.kit import AT_ONCE, SOL, Bench, address, keypair, mint

PROGRAM = address(50)


def bench() -> Bench:
    return Bench(
        AT_ONCE,
        accounts=tuple(
            Account(address(60 + number), PROGRAM, 10 + number, bytes([number]) * number)
            for number in (1, 2, 3)
        ),
    )


def test_an_account_and_none() -> None:
    """Base58 text without an encoding; ``null`` for what does not exist; the slot of the answer."""
    made = bench()
    shown = made.ask("getAccountInfo", address(62))
    assert (shown["value"]["data"], shown["value"]["lamports"]) == ("9s", 12)
    assert shown["context"]["slot"] == made.ledger.chain.tip.slot
    assert made.value("getAccountInfo", address(99)) is None
    assert (
        made.value("getAccountInfo", WSOL_MINT, {"encoding": "jsonParsed"})["data"]["parsed"]["type"]
        == "mint"
    )


def test_a_balance() -> None:
    """Zero for what does not exist."""
    made = bench()
    made.pay(address(2))
    assert [made.value("getBalance", address(number)) for number in (2, 3)] == [SOL, 0]


def test_a_read_sees_the_state_of_its_commitment() -> None:
    """A payment is processed now, confirmed a block later, finalized after 32; every answer names its slot."""
    made = Bench()
    made.pay(address(2))
    slot = made.ledger.chain.tip.slot
    seen = []
    for _ in range(33):
        answers = [made.ask("getBalance", address(2), {"commitment": level}) for level in COMMITMENTS]
        seen.append([answer["value"] // SOL for answer in answers])
        assert [answer["context"]["slot"] >= slot for answer in answers] == [bool(v) for v in seen[-1]]
        made.ledger.advance()
    assert seen == [[1, 0, 0], *[[1, 1, 0]] * 31, [1, 1, 1]]


def test_lists_see_the_state_of_their_commitment() -> None:
    """What a program owns appears and disappears with the commitment, in both directions."""
    mint_account = mint(address(100))
    made = Bench(accounts=(mint_account,))
    create = create_associated_token_account(str(made.payer.pubkey()), address(2), address(100))
    made.send(create)

    def held(level: str) -> int:
        selector, config = {"mint": address(100)}, {"commitment": level, "encoding": "base64"}
        by_owner = made.value("getTokenAccountsByOwner", address(2), selector, config)
        whole = made.ask("getProgramAccounts", TOKEN_PROGRAM, {**config, "filters": [{"dataSize": 165}]})
        largest = made.value("getTokenLargestAccounts", address(100), {"commitment": level})
        assert len(by_owner) == len(whole) == len(largest)
        return len(by_owner)

    assert [held(level) for level in COMMITMENTS] == [1, 0, 0]
    made.ledger.advance(1)
    (entry,) = made.value(
        "getTokenAccountsByOwner",
        address(2),
        {"mint": address(100)},
        {"commitment": "confirmed", "encoding": "base64"},
    )
    made.send(close_account(entry["pubkey"], address(2), address(2)), signers=(keypair(2),))
    assert [held(level) for level in COMMITMENTS] == [0, 1, 0]


def test_several_accounts() -> None:
    """In order, base64 by default, at most a hundred."""
    made = bench()
    shown = made.value("getMultipleAccounts", [address(61), address(99), address(63)])
    assert [entry and entry["data"] for entry in shown] == [["AQ==", "base64"], None, ["AwMD", "base64"]]
    assert (
        made.fails("getMultipleAccounts", [address(1)] * 101).message == "Too many inputs provided; max 100"
    )
    assert made.fails("getMultipleAccounts", ["x"]).rpc_code == -32602


def test_program_accounts() -> None:
    """All that the program owns, in order of their addresses, filtered, sliced, with and without context."""
    made = bench()
    there = [address(61), address(62), address(63)]
    found = made.ask("getProgramAccounts", PROGRAM, {"encoding": "base64"})
    assert [entry["pubkey"] for entry in found] == sorted(
        there, key=lambda text: bytes(Pubkey.from_string(text))
    )
    found = made.ask("getProgramAccounts", PROGRAM, {"sortResults": False})
    assert [entry["pubkey"] for entry in found] == there
    options = {"encoding": "base64", "filters": [{"dataSize": 3}], "dataSlice": {"offset": 0, "length": 1}}
    assert [entry["account"]["data"] for entry in made.ask("getProgramAccounts", PROGRAM, options)] == [
        ["Aw==", "base64"]
    ]
    shown = made.ask("getProgramAccounts", PROGRAM, {"withContext": True, "filters": None})
    assert len(shown["value"]) == 3
    assert made.ask("getProgramAccounts", address(99)) == []


def test_accounts_leave_a_program_when_they_go() -> None:
    """A deleted account is no longer listed."""
    made = bench()
    made.ledger.set_account(Account(address(61), PROGRAM, 0, b""))
    assert len(made.ask("getProgramAccounts", PROGRAM)) == 2


def test_rent() -> None:
    """By size; absurd sizes are refused."""
    made = bench()
    assert made.ask("getMinimumBalanceForRentExemption", 165) == (128 + 165) * 6_960
    assert made.fails("getMinimumBalanceForRentExemption", 2**40).rpc_code == -32602


def test_context_options() -> None:
    """A future slot is not reached; a wrong commitment is refused."""
    made = bench()
    slot = made.ledger.chain.tip.slot
    assert made.value("getBalance", address(2), {"minContextSlot": slot, "commitment": "processed"}) == 0
    assert made.fails("getBalance", address(2), {"minContextSlot": slot + 1}).data == {"contextSlot": slot}
    assert made.fails("getBalance", address(2), {"commitment": "recent"}).rpc_code == -32602
    assert made.fails("getBalance", "nonsense0").message == "Invalid param: Invalid"
