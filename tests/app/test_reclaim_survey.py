"""What may be closed: worth, use and obstacles, each with its reason."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import reclaim_survey
from sniperforge.app.reclaim_survey import Candidate, Wanted, survey
from sniperforge.chain.answers import AccountsAt
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.errors import NotFoundError, RefusedError
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement
from tests.localnet.kit import address, holding, mint

WALLET = address(1)
NOTHING = Wanted()
MINT, ACCOUNT = address(2), address(3)


class Node:
    """A node that knows these accounts."""

    def __init__(self, *held: Account, mints: tuple[Account, ...] = (mint(MINT),)) -> None:
        self._held = held
        self._mints = {each.address: each for each in mints}

    async def token_accounts_by_owner(self, owner: str, _commitment: str) -> tuple[Account, ...]:
        assert owner == WALLET
        return self._held

    async def accounts(self, addresses: list[str], _commitment: str) -> AccountsAt:
        return AccountsAt(1, {each: self._mints.get(each) for each in addresses})


async def look(
    *held: Account, journal: Journal | None = None, wanted: Wanted = NOTHING, **node: Any
) -> tuple[Candidate, ...]:
    """The survey of these accounts."""
    rpc: Any = Node(*held, **node)
    return await survey(rpc, WALLET, journal, wanted, sale_fee=25_000)


def token_2022(raw: int, *, withheld: int) -> Account:
    """An account with the extension of transfer fees."""
    data = holding(ACCOUNT, MINT, WALLET, raw).data + b"\x02" + struct.pack("<HHQ", 2, 8, withheld)
    return Account(ACCOUNT, TOKEN_2022_PROGRAM, 2_100_000, data)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty record."""
    with closing(Journal(tmp_path / "journal.db")) as made:
        yield made


def hold(journal: Journal, state: PositionState | None = None) -> None:
    """A position of the mint; ``state`` ends it."""
    intent = make_intent("p", mint=MINT, pool=address(7))
    journal.record_intent(intent, make_attempt(intent))
    fill = make_fill(intent, make_settlement(make_attempt(intent).signature), tokens=9, position_id=intent.id)
    journal.open_position(make_position(fill), fill)
    if state is not None:
        journal.set_position_state(intent.id, state, "ended", 2.0)


async def test_an_empty_one_is_closed_and_tokens_are_kept() -> None:
    """Without consent nothing is burned; the document says amounts and rent."""
    full, empty = holding(ACCOUNT, MINT, WALLET, 5), holding(address(4), MINT, WALLET, 0)
    first, second = await look(full, empty)
    assert (first.account, first.action, first.keep) == (address(4), "close", "")
    assert first.disposal is not None
    assert first.disposal.rent == 2_039_280
    assert (second.action, second.keep) == ("keep", reclaim_survey.NEEDS_CONSENT)
    assert second.to_json() == {
        "account": ACCOUNT,
        "mint": MINT,
        "token_program": TOKEN_PROGRAM,
        "amount": {"raw": "5", "ui": "0.000005", "decimals": 6, "mint": MINT},
        "rent_sol": "0.002039280",
        "action": "keep",
        "reason": reclaim_survey.NEEDS_CONSENT,
    }


async def test_what_cannot_be_closed_says_why() -> None:
    """Withheld fees, a frozen balance, wrapped SOL, and bytes that are no token account."""
    (withheld,) = await look(token_2022(0, withheld=3))
    (frozen,) = await look(holding(ACCOUNT, MINT, WALLET, 5, state=2), wanted=Wanted(worthless=True))
    (strange,) = await look(Account(ACCOUNT, TOKEN_PROGRAM, 7, b"short"))
    assert "withheld" in withheld.keep
    assert "frozen" in frozen.keep
    assert (strange.amount, strange.rent, strange.action) == (None, 7, "keep")
    assert "no token account" in strange.keep
    data = bytearray(holding(ACCOUNT, WSOL_MINT, WALLET, 5).data)
    data[109:121] = struct.pack("<IQ", 1, 2_039_280)
    (wrapped,) = await look(Account(ACCOUNT, TOKEN_PROGRAM, 2_039_285, bytes(data)), mints=())
    assert "wraps SOL" in wrapped.keep


@pytest.mark.parametrize(
    "broken", [(), (Account(MINT, TOKEN_PROGRAM, 1, b"no mint"),)], ids=["gone", "broken"]
)
async def test_a_mint_that_cannot_be_read(broken: tuple[Account, ...]) -> None:
    """Its account is closed when it is empty all the same; amounts are not guessed."""
    (found,) = await look(holding(ACCOUNT, MINT, WALLET, 0), mints=broken)
    assert (found.action, found.amount, found.to_json()["amount"]) == ("close", None, None)


async def test_tokens_of_a_held_position_are_left_alone(journal: Journal) -> None:
    """Also an empty account of theirs, also when they are named by hand."""
    hold(journal)
    for raw in (0, 5):
        (found,) = await look(
            holding(ACCOUNT, MINT, WALLET, raw), journal=journal, wanted=Wanted(True, frozenset({MINT}))
        )
        assert found.keep == "of a held position"


@pytest.mark.parametrize(
    "intent",
    [
        make_intent("a", IntentKind.BUY, mint=MINT),
        make_intent("b", IntentKind.CLOSE_ACCOUNT, mint="", facts={"accounts": [ACCOUNT]}),
    ],
    ids=["buy", "closing"],
)
async def test_what_is_in_flight_is_left_alone(journal: Journal, intent: Any) -> None:
    """A buy of the token may land, a closing of the account too."""
    journal.record_intent(intent, make_attempt(intent, state=TxState.SUBMITTED))
    (found,) = await look(holding(ACCOUNT, MINT, WALLET, 0), journal=journal)
    assert found.keep == f"a {intent.kind} about it is in flight"


async def test_what_was_given_up_is_worthless(journal: Journal) -> None:
    """The user said so with `positions abandon`; it is burned with consent only."""
    hold(journal, PositionState.WORTHLESS)
    account = holding(ACCOUNT, MINT, WALLET, 5)
    (kept,) = await look(account, journal=journal)
    (burned,) = await look(account, journal=journal, wanted=Wanted(worthless=True))
    assert (kept.action, burned.action) == ("keep", "burn")
    assert burned.disposal is not None
    assert burned.disposal.burn == 5


async def test_tokens_from_elsewhere_are_worth_what_nobody_knows(journal: Journal) -> None:
    """They are burned only when they are named."""
    account = holding(ACCOUNT, MINT, WALLET, 5)
    for record in (journal, None):
        (kept,) = await look(account, journal=record, wanted=Wanted(worthless=True))
        assert "not bought here" in kept.keep
    (burned,) = await look(account, wanted=Wanted(mints=frozenset({MINT})))
    assert burned.action == "burn"


class _State:
    """A pool that quotes one thing."""

    def __init__(self, quoted: Any) -> None:
        self._quoted = quoted

    def quote(self, _mint: str, _raw: int) -> Any:
        if isinstance(self._quoted, Exception):
            raise self._quoted
        return self._quoted


class _Quote:
    def __init__(self, lamports: int, token: str = WSOL_MINT) -> None:
        self.amount_out = lamports
        self.output_mint = token


@pytest.mark.parametrize(
    ("quoted", "action", "told"),
    [
        (_Quote(25_000), "burn", ""),
        (_Quote(25_001), "keep", "worth 0.000025001 SOL in its pool: sell it"),
        (_Quote(1, USDC_MINT), "keep", "in SOL is not known"),
        (RefusedError("too little"), "burn", ""),
        (NotFoundError("no pool"), "keep", "not known: no pool"),
    ],
    ids=["fee", "more", "other", "nothing", "gone"],
)
async def test_what_is_left_of_a_sold_position(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, quoted: Any, action: str, told: str
) -> None:
    """Its pool says what it is worth: more than a sale costs is kept, and so is what has no price."""
    hold(journal, PositionState.CLOSED)

    async def load_pool(_rpc: Any, pool: str) -> Any:
        assert pool == address(7)
        if isinstance(quoted, NotFoundError):
            raise quoted
        found: Any = type("Loaded", (), {"state": _State(quoted)})
        return found

    monkeypatch.setattr(reclaim_survey, "load_pool", load_pool)
    account = holding(ACCOUNT, MINT, WALLET, 5)
    (found,) = await look(account, journal=journal, wanted=Wanted(worthless=True))
    assert found.action == action
    assert told in found.keep


def test_actions() -> None:
    """Three words, from what a candidate is."""
    kept = Candidate(ACCOUNT, MINT, TOKEN_PROGRAM, None, 1, "why")
    assert replace(kept, keep="").action == "keep"
