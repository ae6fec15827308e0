"""From what happens on the ledger to notifications."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import create_associated_token_account, transfer_checked
from tests.localnet.kit import SOL, Bench, Client, address, holding, keypair, mint, pay

PROCESSED, CONFIRMED = {"commitment": "processed"}, {"commitment": "confirmed"}


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> Client:
    return Client(bench.hub)


def test_an_account_processed(bench: Bench, client: Client) -> None:
    """Every write at once, with the slot and the account as asked for."""
    client.ask("accountSubscribe", address(2), {**PROCESSED, "encoding": "base64"})
    record = bench.pay(address(2))
    bench.pay(address(3))
    assert client.results() == [
        {
            "context": {"slot": record.slot},
            "value": {
                "data": ["", "base64"],
                "executable": False,
                "lamports": SOL,
                "owner": SYSTEM_PROGRAM,
                "rentEpoch": client_rent_epoch(bench),
                "space": 0,
            },
        }
    ]


def client_rent_epoch(bench: Bench) -> int:
    account = bench.ledger.vm.get(keypair(2).pubkey())
    assert account is not None
    return account.rent_epoch


def test_an_account_confirmed(bench: Bench, client: Client) -> None:
    """When its slot is confirmed, and of several writes in the slot the last."""
    client.ask("accountSubscribe", address(2), CONFIRMED)
    for number in range(1, 4):
        record = bench.pay(address(2), number * SOL)
    assert client.results() == []
    bench.ledger.advance()
    (told,) = client.results()
    assert (told["context"]["slot"], told["value"]["lamports"]) == (record.slot, 6 * SOL)


def test_an_account_finalized(bench: Bench, client: Client) -> None:
    """The default: thirty-two blocks later."""
    client.ask("accountSubscribe", address(2))
    bench.pay(address(2))
    for _ in range(31):
        bench.ledger.advance()
    assert client.results() == []
    bench.ledger.advance()
    assert [told["value"]["lamports"] for told in client.results()] == [SOL]


def test_a_deleted_account_is_told(bench: Bench, client: Client) -> None:
    """With 0 lamports."""
    spender = keypair(40)
    bench.pay(str(spender.pubkey()))
    client.ask("accountSubscribe", str(spender.pubkey()), PROCESSED)
    bench.send(pay(spender, address(2), SOL), signers=[spender])
    assert [told["value"]["lamports"] for told in client.results()] == [0]


def test_logs_of_everything_and_of_one_address(bench: Bench, client: Client) -> None:
    """Failed transactions included; each transaction once."""
    everything = client.ask("logsSubscribe", "all", PROCESSED)
    client.ask("logsSubscribe", {"mentions": [address(2)]}, PROCESSED)
    good, bad = bench.pay(address(2)), bench.pay(address(3), 10**18)
    told = []
    while (message := client.take()) is not None:
        told.append((message["params"]["subscription"] == everything, message["params"]["result"]["value"]))
    assert [(all_, value["signature"]) for all_, value in told] == [
        (True, good.signature),
        (False, good.signature),
        (True, bad.signature),
    ]
    assert told[0][1] == {"signature": good.signature, "err": None, "logs": good.logs}
    assert told[2][1]["err"] == {"InstructionError": [0, {"Custom": 1}]}


def test_logs_wait_for_their_commitment(bench: Bench, client: Client) -> None:
    """All of them, in order."""
    client.ask("logsSubscribe", {"mentions": [address(2)]}, CONFIRMED)
    sent = [bench.pay(address(2), SOL + number).signature for number in range(3)]
    assert client.results() == []
    bench.ledger.advance()
    assert [told["value"]["signature"] for told in client.results()] == sent


def test_a_program_with_filters(client: Client, bench: Bench) -> None:
    """Accounts that it owns after the write and that match; keyed by their address."""
    made = address(100)
    owner = str(bench.payer.pubkey())
    bench.ledger.set_account(mint(made, decimals=2))
    bench.ledger.set_account(holding(address(101), made, owner, 500))
    target = associated_token_address(address(2), made)
    wanted = {"memcmp": {"offset": 32, "bytes": address(2)}}
    client.ask("programSubscribe", TOKEN_PROGRAM, {**PROCESSED, "encoding": "base64", "filters": [wanted]})
    bench.send(
        create_associated_token_account(owner, address(2), made),
        transfer_checked(address(101), made, target, owner, raw=5, decimals=2),
    )
    (told,) = client.results()
    assert told["value"]["pubkey"] == target
    assert told["value"]["account"]["owner"] == TOKEN_PROGRAM


def test_a_signature_before_and_after_landing(bench: Bench, client: Client) -> None:
    """Told once; when it has landed already, right after the reply."""
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    signature = open_envelope(raw).signature
    client.ask("signatureSubscribe", signature, PROCESSED)
    record = bench.ledger.send(raw)
    told = {"context": {"slot": record.slot}, "value": {"err": None}}
    assert client.results() == [told]
    assert len(bench.hub) == 0
    client.ask("signatureSubscribe", signature, PROCESSED)
    assert client.results() == [told]


def test_a_signature_at_higher_commitment(bench: Bench, client: Client) -> None:
    """Also when it had landed, but not that far."""
    record = bench.pay(address(2), 10**18)
    client.ask("signatureSubscribe", record.signature, CONFIRMED)
    client.ask("signatureSubscribe", record.signature, {"commitment": "finalized"})
    assert client.results() == []
    bench.ledger.advance()
    err = {"InstructionError": [0, {"Custom": 1}]}
    assert [told["value"] for told in client.results()] == [{"err": err}]
    for _ in range(31):
        bench.ledger.advance()
    assert [told["value"] for told in client.results()] == [{"err": err}]
    assert len(bench.hub) == 0


def test_a_signature_may_be_told_when_received(bench: Bench, client: Client) -> None:
    """On request, before the outcome."""
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    options: dict[str, Any] = {**CONFIRMED, "enableReceivedNotification": True}
    client.ask("signatureSubscribe", open_envelope(raw).signature, options)
    bench.ledger.send(raw)
    assert [told["value"] for told in client.results()] == ["receivedSignature"]
    bench.ledger.advance()
    assert [told["value"] for told in client.results()] == [{"err": None}]


def test_slots_and_roots(bench: Bench, client: Client) -> None:
    """Every block; a root only when it moves."""
    first = bench.ledger.chain.tip.slot
    client.ask("slotSubscribe")
    bench.ledger.advance()
    bench.ledger.advance(3)
    assert client.results() == [
        {"parent": first, "root": first - 1, "slot": first + 1},
        {"parent": first + 1, "root": first - 1, "slot": first + 4},
    ]
    client.ask("rootSubscribe")
    for _ in range(31):
        bench.ledger.advance()
    assert [told for told in client.results() if isinstance(told, int)] == [first, first + 1]


def test_nothing_is_told_after_leaving(bench: Bench, client: Client) -> None:
    """Not even what waited for its commitment."""
    number = client.ask("logsSubscribe", "all", CONFIRMED)
    bench.pay(address(2))
    client.ask("logsUnsubscribe", number)
    bench.ledger.advance()
    assert client.results() == []


def test_a_client_that_never_reads_is_cut_and_others_are_not(bench: Bench) -> None:
    """The ledger goes on, everyone else gets everything."""
    slow, good = Client(bench.hub, limit=2_000), Client(bench.hub)
    for client in (slow, good):
        client.ask("logsSubscribe", "all", PROCESSED)
    for number in range(30):
        bench.pay(address(2), SOL + number)
    assert slow.outbox.cut
    assert len(good.results()) == 30


def test_the_instant_profile_tells_everything_at_once() -> None:
    """Finalized included."""
    bench = Bench(INSTANT)
    client = Client(bench.hub)
    client.ask("logsSubscribe", "all")
    client.ask("accountSubscribe", address(2))
    bench.pay(address(2))
    assert len(client.results()) == 2


def test_without_subscriptions_nothing_is_prepared(bench: Bench) -> None:
    """A network that nobody listens to does no work for it."""
    bench.pay(address(2))
    assert len(bench.hub) == 0


def test_what_is_rolled_back_is_never_confirmed(bench: Bench, client: Client) -> None:
    """No confirmed notification of it; who follows the newest state hears what the account is again."""
    bench.pay(address(2))
    bench.ledger.advance()
    newest, later = Client(bench.hub), Client(bench.hub)
    newest.ask("accountSubscribe", address(2), PROCESSED)
    newest.ask("programSubscribe", SYSTEM_PROGRAM, {**PROCESSED, "filters": [{"dataSize": 0}]})
    later.ask("accountSubscribe", address(2), CONFIRMED)
    signature = bench.pay(address(2), 2 * SOL).signature
    later.ask("signatureSubscribe", signature, CONFIRMED)
    assert 3 * SOL in [lamports(result) for result in newest.results()]
    bench.ledger.rollback()
    assert SOL in [lamports(result) for result in newest.results()]
    bench.ledger.advance(2)
    assert later.results() == []


def lamports(result: Any) -> int:
    value = result["value"]
    shown: int = value.get("account", value)["lamports"]
    return shown


def test_a_rolled_back_slot_is_dead(bench: Bench, client: Client) -> None:
    """Its end is told, and its parent is not frozen a second time."""
    client.ask("slotsUpdatesSubscribe")
    dropped = bench.ledger.advance().slot
    client.results()
    bench.ledger.rollback()
    told = [(update["type"], update["slot"]) for update in client.results()]
    assert told == [("dead", dropped), ("createdBank", dropped + 1)]
