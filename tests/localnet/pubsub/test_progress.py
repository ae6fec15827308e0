"""Blocks through their commitments: ``blockSubscribe`` and ``slotsUpdatesSubscribe``."""

from __future__ import annotations

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.ledger.pace import INSTANT
from tests.localnet.kit import SOL, Bench, Client, address, pay

CONFIRMED = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> Client:
    return Client(bench.hub)


def test_all_blocks_as_they_are_confirmed(bench: Bench, client: Client) -> None:
    """Each once, in order, with its transactions; skipped slots have none."""
    client.ask("blockSubscribe", "all", {**CONFIRMED, "transactionDetails": "signatures"})
    record = bench.pay(address(2))
    for slots in (1, 3, 1):
        bench.ledger.advance(slots)
    told = client.results()
    slots = [entry["value"]["slot"] for entry in told]
    assert slots == [record.slot, record.slot + 1, record.slot + 4]
    assert [entry["context"]["slot"] for entry in told] == slots
    assert [entry["value"]["block"]["signatures"] for entry in told] == [[record.signature], [], []]
    assert {entry["value"]["err"] for entry in told} == {None}
    assert "rewards" not in told[0]["value"]["block"]


def test_blocks_that_mention_an_address(bench: Bench, client: Client) -> None:
    """Only they, with only those transactions, at the commitment asked for; finalized is the default."""
    mention = {"mentionsAccountOrProgram": address(2)}
    client.ask("blockSubscribe", mention, {**CONFIRMED, "showRewards": True})
    late = Client(bench.hub)
    late.ask("blockSubscribe", mention, {"maxSupportedTransactionVersion": 0})
    bench.pay(address(3))
    record = bench.pay(address(2))
    for _ in range(31):
        bench.ledger.advance()
    (told,) = client.results()
    block = told["value"]["block"]
    assert [entry["transaction"]["signatures"] for entry in block["transactions"]] == [[record.signature]]
    assert (block["rewards"], block["blockHeight"]) == (
        [],
        bench.ask("getBlockHeight", {"commitment": "processed"}) - 31,
    )
    assert late.results() == []
    bench.ledger.advance()
    assert [entry["value"]["slot"] for entry in late.results()] == [record.slot]


def test_blocks_that_cannot_be_shown(client: Client, bench: Bench) -> None:
    """A version that the client cannot read, and records that are gone, are named; nothing stops."""
    client.ask("blockSubscribe", "all", {"commitment": "confirmed"})
    bench.pay(address(2))
    bench.ledger.advance()
    (told,) = client.results()
    assert (told["value"]["block"], told["value"]["err"]) == (None, {"UnsupportedTransactionVersion": 0})
    small = Bench(keep_records=1)
    other = Client(small.hub)
    other.ask("blockSubscribe", "all", {"maxSupportedTransactionVersion": 0})
    for number in range(3):
        small.pay(address(2), SOL + number)
    for _ in range(33):
        small.ledger.advance()
        small.pay(address(2), 2 * SOL + small.ledger.chain.tip.height)
    assert other.results()[0]["value"]["err"] == "BlockStoreError"


def test_what_is_refused(client: Client) -> None:
    """Commitment below confirmed, other filters, bad addresses."""
    for params in (
        ("all", {"commitment": "processed"}),
        ("some",),
        ({"mentionsAccountOrProgram": "x"},),
        ({},),
        (7,),
    ):
        with pytest.raises(RpcError) as caught:
            client.ask("blockSubscribe", *params)
        assert caught.value.rpc_code == -32602
    with pytest.raises(RpcError, match="Method not found"):
        client.ask("voteSubscribe")


def test_with_a_slot_for_each_transaction_blocks_come_whole() -> None:
    """Where everything is final at once, a block is told when the next one opens."""
    bench = Bench(profile=INSTANT)
    client = Client(bench.hub)
    client.ask("blockSubscribe", "all", {**CONFIRMED, "transactionDetails": "signatures"})
    records = [bench.pay(address(2), SOL + number) for number in range(3)]
    told = [entry["value"]["block"]["signatures"] for entry in client.results()]
    assert told[-2:] == [[record.signature] for record in records[:2]]


def test_slot_updates(bench: Bench, client: Client) -> None:
    """Frozen with counts, created, confirmed, root: each with its slot and time."""
    client.ask("slotsUpdatesSubscribe")
    first = bench.pay(address(2)).slot
    bench.send(pay(bench.payer, address(3), SOL), pay(bench.payer, address(3), SOL))
    bench.send(pay(bench.payer, address(4), 10**18))
    bench.ledger.advance()
    frozen, created, confirmed = client.results()
    assert (frozen["type"], frozen["slot"]) == ("frozen", first)
    assert frozen["stats"] == {
        "numTransactionEntries": 3,
        "numSuccessfulTransactions": 2,
        "numFailedTransactions": 1,
        "maxTransactionsPerEntry": 1,
    }
    assert (created["type"], created["slot"], created["parent"]) == ("createdBank", first + 1, first)
    assert (confirmed["type"], confirmed["slot"]) == ("optimisticConfirmation", first)
    assert confirmed["timestamp"] == bench.ledger.chain.tip.time * 1_000
    for _ in range(31):
        bench.ledger.advance()
    assert [update["slot"] for update in client.results() if update["type"] == "root"] == [first]
