"""Methods about transactions that landed."""

from __future__ import annotations

from solders.hash import Hash
from solders.message import Message
from solders.transaction import VersionedTransaction

from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.rpc.signatures import STATUS_CACHE_BLOCKS
from sniperforge.tokens.instructions import memo
from tests.localnet.kit import SOL, Bench, address, pay

UNKNOWN = "2" * 88


def status(bench: Bench, signature: str, **options: bool) -> dict[str, object] | None:
    return bench.value("getSignatureStatuses", [signature], options)[0]  # type: ignore[no-any-return]


def test_a_status_grows_with_the_chain() -> None:
    """Processed, confirmed a block later, finalized after thirty-two."""
    bench = Bench()
    record = bench.pay(address(2))
    assert status(bench, record.signature) == {
        "slot": record.slot,
        "confirmations": 0,
        "err": None,
        "status": {"Ok": None},
        "confirmationStatus": "processed",
    }
    seen = []
    for _ in range(32):
        bench.ledger.advance()
        shown = status(bench, record.signature)
        assert shown is not None
        seen.append((shown["confirmations"], shown["confirmationStatus"]))
    assert seen == [*((depth, "confirmed") for depth in range(1, 32)), (None, "finalized")]


def test_a_failure_has_its_error() -> None:
    """In the new and the old form."""
    bench = Bench()
    shown = status(bench, bench.pay(address(2), 10**18).signature)
    err = {"InstructionError": [0, {"Custom": 1}]}
    assert shown is not None
    assert (shown["err"], shown["status"]) == (err, {"Err": err})


def test_old_statuses_need_the_history() -> None:
    """As on a validator: forgotten by the cache, found in the history."""
    bench = Bench()
    record = bench.pay(address(2))
    for _ in range(STATUS_CACHE_BLOCKS + 32):
        bench.ledger.advance()
    assert status(bench, record.signature) is not None
    bench.ledger.advance()
    assert status(bench, record.signature) is None
    found = status(bench, record.signature, searchTransactionHistory=True)
    assert found is not None
    assert found["confirmationStatus"] == "finalized"


def test_statuses_of_unknown_and_of_many() -> None:
    """``null`` for what never landed; at most 256 at once."""
    bench = Bench()
    assert bench.value("getSignatureStatuses", [UNKNOWN], None) == [None]
    assert bench.fails("getSignatureStatuses", [UNKNOWN] * 257).message == "Too many inputs provided; max 256"
    assert bench.fails("getSignatureStatuses", ["x"]).message == "Invalid param: WrongSize"


def test_a_transaction_appears_when_confirmed() -> None:
    """``null`` before; finalized is the default; processed is refused."""
    bench = Bench()
    signature = bench.pay(address(2)).signature
    options = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    assert bench.ask("getTransaction", signature, options) is None
    bench.ledger.advance()
    shown = bench.ask("getTransaction", signature, options)
    assert (shown["slot"], shown["version"]) == (bench.ledger.chain.tip.slot - 1, 0)
    assert bench.ask("getTransaction", signature, {"maxSupportedTransactionVersion": 0}) is None
    for _ in range(31):
        bench.ledger.advance()
    assert bench.ask("getTransaction", signature, {"maxSupportedTransactionVersion": 0}) is not None
    refused = bench.fails("getTransaction", signature, {"commitment": "processed"})
    assert (refused.rpc_code, refused.message) == (
        -32602,
        "Method does not support commitment below `confirmed`",
    )
    assert bench.ask("getTransaction", UNKNOWN) is None
    assert bench.fails("getTransaction", signature, {"encoding": "xml"}).rpc_code == -32602


def test_versions_must_be_supported_by_the_client() -> None:
    """A version 0 transaction is refused without the option, a legacy one is shown without version."""
    bench = Bench(INSTANT)
    versioned = bench.pay(address(2)).signature
    recent = Hash.from_string(bench.ledger.chain.tip.blockhash)
    message = Message.new_with_blockhash([pay(bench.payer, address(2), SOL)], bench.payer.pubkey(), recent)
    legacy = bench.ledger.send(bytes(VersionedTransaction(message, [bench.payer]))).signature
    assert bench.fails("getTransaction", versioned).rpc_code == -32015
    assert "version" not in bench.ask("getTransaction", legacy)
    assert "version" not in bench.ask("getTransaction", legacy, "base64")


def test_signatures_of_an_address() -> None:
    """Newest first, confirmed only, with place, outcome and memo."""
    bench = Bench()
    good = bench.pay(address(2))
    bench.ledger.advance()
    noted = bench.send(pay(bench.payer, address(2), SOL), memo("hi"), memo("ho"))
    bad = bench.pay(address(2), 10**18)
    bench.ledger.advance()
    unseen = bench.pay(address(2), 2 * SOL)

    found = bench.ask("getSignaturesForAddress", address(2), {"commitment": "confirmed"})
    assert [entry["signature"] for entry in found] == [bad.signature, noted.signature, good.signature]
    assert [entry["memo"] for entry in found] == [None, "[2] hi; [2] ho", None]
    assert [entry["err"] is None for entry in found] == [False, True, True]
    assert found[0]["confirmationStatus"] == "confirmed"
    assert (found[2]["slot"], found[2]["blockTime"]) == (good.slot, good.block_time)
    assert bench.ask("getSignaturesForAddress", address(2)) == []
    assert unseen.signature not in [entry["signature"] for entry in found]


def test_pages_of_signatures() -> None:
    """``before`` and ``until`` are excluded and need not mention the address; ``limit`` cuts."""
    bench = Bench(INSTANT)
    signatures = [bench.pay(address(2), SOL + number).signature for number in range(6)]
    between = bench.pay(address(3)).signature
    signatures.append(bench.pay(address(2), 9 * SOL).signature)

    def page(**options: object) -> list[int]:
        found = bench.ask("getSignaturesForAddress", address(2), options)
        return [signatures.index(entry["signature"]) for entry in found]

    assert page() == [6, 5, 4, 3, 2, 1, 0]
    assert page(limit=2) == [6, 5]
    assert page(before=signatures[4]) == [3, 2, 1, 0]
    assert page(before=between) == [5, 4, 3, 2, 1, 0]
    assert page(until=signatures[2]) == [6, 5, 4, 3]
    assert page(until=between) == [6]
    assert page(before=signatures[5], until=signatures[1], limit=2) == [4, 3]
    assert page(before=UNKNOWN) == []
    assert page(until=UNKNOWN) == page()


def test_wrong_pages_are_refused() -> None:
    """Limits, signatures, commitment."""
    bench = Bench()
    for options in (
        {"limit": 0},
        {"limit": 1_001},
        {"before": "x"},
        {"commitment": "processed"},
    ):
        assert bench.fails("getSignaturesForAddress", address(2), options).rpc_code == -32602
    slot = bench.ledger.chain.tip.slot
    assert bench.fails("getSignaturesForAddress", address(2), {"minContextSlot": slot}).rpc_code == -32016
