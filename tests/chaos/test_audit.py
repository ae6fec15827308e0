"""The audit from the chain: it passes what is whole, and names each thing that is planted."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.books import fill_document
from sniperforge.engine.orders import TransferOrder
from sniperforge.store.journal_reader import JournalReader
from tests.chaos import audit
from tests.engine.kit import SOL, World

SOMEBODY = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"


@dataclass
class Played:
    """A chain on which a wallet traded, and its journal.

    Attributes:
        edit: what the chain's answer to a method is changed to.
    """

    world: World
    journal: Path
    opening: set[str]
    edit: dict[str, Callable[[Any, Any], Any]] = field(default_factory=dict)

    def ask(self, method: str, *params: Any) -> Any:
        """The chain's answer, or the edited one."""
        found = self.world.ask(method, *params)
        return self.edit[method](params, found) if method in self.edit else found

    def sql(self, statement: str, *values: Any) -> None:
        """Change the journal behind everybody's back."""
        with closing(sqlite3.connect(self.journal)) as database:
            assert database.execute(statement, values).rowcount > 0
            database.commit()

    def one(self, question: str) -> Any:
        """The first value of the journal's answer."""
        with closing(sqlite3.connect(self.journal)) as database:
            return database.execute(question).fetchone()[0]

    def listing(self) -> list[dict[str, Any]]:
        """What ``trades list --json`` shows."""
        reader = JournalReader(self.journal)
        try:
            found: list[dict[str, Any]] = json.loads(
                json.dumps([fill_document(each) for each in reader.fills()])
            )
        finally:
            reader.close()
        return found

    def found(self, listing: list[dict[str, Any]] | None = None) -> list[tuple[str, str]]:
        """The audit's findings."""
        return audit.Audit(self.ask, self.world.wallet, self.journal, self.opening).run(listing).findings

    def kinds(self, listing: list[dict[str, Any]] | None = None) -> set[str]:
        """Their kinds."""
        return {kind for kind, _ in self.found(listing)}


async def play(folder: Path) -> Played:
    """Two buys, a sale of a part, a sale, a closing, a transfer and a deposit; all final."""
    world = World(folder)
    opening = set(audit._signatures(world.ask, world.wallet)) | {
        each.signature for each in world.ledger.history.of_address(world.wallet)
    }
    process = world.process()
    held, sold = await world.launch(), await world.launch()
    async with world.running():
        await process.session.open()
        await process.bought(held)
        position = await process.bought(sold)
        await process.executor.sell(process.sell_order(sold, position, position.raw // 3))
        rest = process.position(position.id)
        await process.executor.sell(process.sell_order(sold, rest, rest.raw))
        await process.executor.close_account(process.position(position.id))
        await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        world.network.faucet.drip(world.wallet, 12_345)
        world.slots(8)
        await process.audit.foreign()
        await process.audit.finalize()
    process.close()
    return Played(world, process.path, opening)


@pytest.fixture
async def played(tmp_path: Path) -> Played:
    """The same history for every test, each with a journal of its own."""
    return await play(tmp_path)


async def test_what_is_whole_passes(played: Played) -> None:
    """Every debit and credit has its intent or its entry; the positions are what the accounts hold."""
    report = audit.Audit(played.ask, played.world.wallet, played.journal, played.opening).run(
        played.listing()
    )
    assert report.findings == []
    assert (report.intents, report.effects, report.deposits, report.held) == (6, 6, 1, 1)


def test_it_imports_nothing_of_ours() -> None:
    """The standard library only."""
    tree = ast.parse(Path(audit.__file__).read_text())
    names = {
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
    }
    assert {name.partition(".")[0] for name in names if name} <= sys.stdlib_module_names


LAST_SALE = "(SELECT signature FROM fills WHERE kind = 'sell' ORDER BY slot DESC LIMIT 1)"

PLANTED = {
    "an effect without an intent": (
        f"DELETE FROM transactions WHERE signature = {LAST_SALE}",
        {"lost"},
        "no intent knows",
    ),
    "a lost fill": ("DELETE FROM fills WHERE kind = 'transfer'", {"lost"}, "landed and has no fill"),
    "a lost deposit": ("DELETE FROM foreign_transactions", {"lost"}, "by others is not on record"),
    "a deposit of another amount": (
        "UPDATE foreign_transactions SET sol_delta = sol_delta + 1",
        {"wrong"},
        "moved 12345 lamports, booked as 12346",
    ),
    "landed, recorded as dead": (
        "UPDATE transactions SET state = 'dead' WHERE signature = (SELECT signature FROM fills WHERE kind = 'buy')",
        {"wrong"},
        "and is dead",
    ),
    "landed, recorded as refused": (
        f"UPDATE transactions SET state = 'rejected' WHERE signature = {LAST_SALE}",
        {"wrong"},
        "and is rejected",
    ),
    "an intent with another outcome": (
        "UPDATE intents SET outcome = 'expired' WHERE kind = 'transfer'",
        {"wrong"},
        "the intent is expired",
    ),
    "never resolved": (
        "UPDATE transactions SET state = 'submitted' WHERE signature = (SELECT signature FROM fills WHERE kind = 'transfer')",
        {"unresolved"},
        "landed and is submitted",
    ),
    "an intent without an outcome": (
        "UPDATE intents SET settled_at = NULL, outcome = NULL WHERE kind = 'transfer'",
        {"unresolved"},
        "has no outcome",
    ),
    "another fee": (
        "UPDATE fills SET fee = fee + 1, trade = trade + 1 WHERE kind = 'transfer'",
        {"wrong"},
        "is booked as",
    ),
    "another trade": ("UPDATE fills SET trade = trade + 1 WHERE kind = 'transfer'", {"wrong"}, "is not"),
    "another amount of tokens": (
        "UPDATE fills SET token_delta = '7' WHERE kind = 'buy'",
        {"wrong"},
        "is booked as",
    ),
    "a lost position": ("DELETE FROM positions WHERE state = 'open'", {"lost"}, "which is not on record"),
    "a position of another size": (
        "UPDATE positions SET raw = '9' WHERE state = 'open'",
        {"lost", "wrong"},
        "positions hold 9",
    ),
    "a position that counts as sold": (
        "UPDATE positions SET state = 'closed' WHERE state = 'open'",
        {"lost"},
        "is closed with",
    ),
    "a position that cost something else": (
        "UPDATE positions SET cost = cost + 1 WHERE state = 'open'",
        {"wrong"},
        "its fills say",
    ),
    "a sale put down to others": (
        "INSERT INTO moves SELECT 'a signature', id, '-1', 0, 0, 0, 1 FROM positions WHERE state = 'open'",
        {"lost"},
        "in moves",
    ),
    "tokens put down to others": (
        "INSERT INTO foreign_tokens SELECT token_account, mint, raw, decimals, '' FROM positions",
        {"lost"},
        "in foreign_tokens",
    ),
    "a foreign signature": (
        "UPDATE foreign_transactions SET signed_by_wallet = 1",
        {"lost"},
        "no intent made it",
    ),
}


@pytest.mark.parametrize("planted", PLANTED, ids=[name.replace(" ", "-") for name in PLANTED])
async def test_each_fault_of_the_journal_is_named(played: Played, planted: str) -> None:
    """One row changed in the journal, and the audit says which."""
    statement, kinds, text = PLANTED[planted]
    played.sql(statement)
    assert played.kinds() == kinds
    assert any(text in each for _, each in played.found()), played.found()


async def test_a_doubled_buy_is_named(played: Played) -> None:
    """Two landed buys of one intent."""
    first, second = (
        played.one(f"SELECT id FROM intents WHERE kind = 'buy' ORDER BY created_at {order}")
        for order in ("ASC", "DESC")
    )
    played.sql("UPDATE transactions SET intent_id = ?, number = 2 WHERE intent_id = ?", first, second)
    assert "doubled" in played.kinds()
    assert any(f"intent {first} has 2 effects" in text for _, text in played.found())


async def test_a_fill_that_the_chain_does_not_have_is_named(played: Played) -> None:
    """As if the slot had been dropped after it was booked."""
    gone = played.one("SELECT signature FROM fills WHERE kind = 'transfer'")
    played.edit["getSignaturesForAddress"] = lambda _params, found: [
        each for each in found if each["signature"] != gone
    ]
    assert {"wrong", "lost"} == played.kinds()
    texts = [text for _, text in played.found()]
    assert any("the chain does not have it" in text for text in texts)
    assert any("the history adds up to" in text for text in texts)


async def test_a_refusal_that_is_booked_as_landed_is_named(played: Played) -> None:
    """The chain says ``err``, the journal says it worked."""
    sale = played.one("SELECT signature FROM fills WHERE kind = 'transfer'")

    def refused(params: Any, found: Any) -> Any:
        return (
            found
            if params[0] != sale
            else {**found, "meta": {**found["meta"], "err": {"InstructionError": [0, 1]}}}
        )

    played.edit["getTransaction"] = refused
    assert "wrong" in played.kinds()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda listing: listing.pop(), "lost"),
        (lambda listing: listing.append({**listing[0], "signature": "not on the chain"}), "lost"),
        (lambda listing: listing.append(listing[0]), "doubled"),
        (lambda listing: listing[0].update(fee_sol="0.000000001"), "wrong"),
        (lambda listing: listing[0]["amount"].update(raw="1"), "wrong"),
        (lambda listing: listing[0].update(wallet_delta_sol="0.5"), "wrong"),
        (lambda listing: listing[0].update(failed=True), "wrong"),
    ],
    ids=["missing", "imagined", "twice", "fee", "tokens", "change", "failed"],
)
async def test_what_the_command_shows_is_held_against_the_chain(
    played: Played, change: Callable[[list[dict[str, Any]]], Any], kind: str
) -> None:
    """A row missing, imagined, shown twice or with another figure."""
    listing = played.listing()
    change(listing)
    assert played.kinds(listing) == {kind}


async def test_copies_are_read_and_not_written(played: Played, tmp_path: Path) -> None:
    """The journal is the same file afterwards."""
    copy = tmp_path / "copy.db"
    shutil.copy(played.journal, copy)
    played.found()
    assert copy.read_bytes() == played.journal.read_bytes()
