"""Methods that take a transaction."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.message import Message, MessageV0, to_bytes_versioned

from sniperforge.domain import base58
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.tokens.instructions import create_associated_token_account
from tests.localnet.kit import AT_ONCE, SOL, Bench, address, base64_of, keypair, mint, pay
from tests.localnet.ledger.test_lookups import TABLE, through_table

B64 = {"encoding": "base64"}


def transfer(bench: Bench, lamports: int = SOL, **options: Any) -> str:
    return base64_of(bench.sign([pay(bench.payer, address(2), lamports)], **options))


def test_sending_lands_and_answers_the_signature() -> None:
    """Base58 is the default encoding, base64 the common one."""
    bench = Bench(AT_ONCE)
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    signature = bench.ask("sendTransaction", base58.encode(raw))
    assert bench.ledger.history.status(signature) is not None
    second = bench.ask("sendTransaction", transfer(bench, 2 * SOL), {**B64, "maxRetries": None})
    assert second != signature
    assert bench.value("getBalance", address(2)) == 3 * SOL


def test_preflight_refuses_with_the_whole_simulation() -> None:
    """-32002 with the error, the logs and what was used; nothing lands."""
    bench = Bench(AT_ONCE)
    error = bench.fails("sendTransaction", transfer(bench, 10**18), B64)
    assert error.rpc_code == -32002
    assert error.message == (
        "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1"
    )
    assert error.data["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert error.data["logs"][-1].endswith("custom program error: 0x1")
    assert error.data["unitsConsumed"] == 150
    assert bench.ledger.chain.tip.total == 0


def test_preflight_knows_duplicates_and_dead_hashes() -> None:
    """With empty logs, for they never ran."""
    bench = Bench(AT_ONCE)
    text = transfer(bench)
    bench.ask("sendTransaction", text, B64)
    again = bench.fails("sendTransaction", text, B64)
    assert again.message == "Transaction simulation failed: This transaction has already been processed"
    assert (again.data["err"], again.data["logs"]) == ("AlreadyProcessed", [])
    dead = bench.fails("sendTransaction", transfer(bench, blockhash=address(9)), B64)
    assert dead.message == "Transaction simulation failed: Blockhash not found"


def test_preflight_meets_the_state_of_its_commitment() -> None:
    """A hash or money that the finalized bank does not know yet is refused there, as on a cluster."""
    bench = Bench()
    bench.pay(address(2), 5 * SOL)
    spend = base64_of(bench.sign([pay(keypair(2), address(3), SOL)], payer=keypair(2)))
    unknown = bench.fails("sendTransaction", spend, B64)
    assert unknown.data["err"] == "BlockhashNotFound"
    old = bench.ledger.chain.at("finalized").blockhash
    poor = base64_of(bench.sign([pay(keypair(2), address(3), SOL)], payer=keypair(2), blockhash=old))
    assert bench.fails("sendTransaction", poor, B64).data["err"] == "AccountNotFound"
    assert bench.ask("sendTransaction", poor, {**B64, "preflightCommitment": "processed"})
    assert bench.ledger.vm.balance(keypair(3).pubkey()) == SOL


def test_a_simulation_meets_the_state_and_clock_of_its_commitment() -> None:
    """Balances and units as of then; the newest state is what it was, afterwards."""
    bench = Bench()
    for _ in range(3):
        bench.now += 100
        bench.ledger.advance()
    bench.pay(address(2), SOL)
    text = transfer(bench, 2 * SOL)
    wanted = {**B64, "accounts": {"addresses": [address(2)]}, "replaceRecentBlockhash": True}
    seen = [
        bench.value("simulateTransaction", text, {**wanted, "commitment": level})["accounts"][0]["lamports"]
        for level in ("processed", "confirmed")
    ]
    assert seen == [3 * SOL, 2 * SOL]
    assert bench.value("getBalance", address(2), {"commitment": "processed"}) == SOL
    assert bench.ledger.vm.svm.get_clock().unix_timestamp == bench.ledger.chain.tip.time


def test_without_preflight_failures_land_and_refusals_vanish() -> None:
    """As on a cluster: the answer is the signature, whatever the leader will do with it."""
    bench = Bench(AT_ONCE)
    options = {**B64, "skipPreflight": True}
    failed = bench.ask("sendTransaction", transfer(bench, 10**18), options)
    assert bench.ledger.history.status(failed) == (
        bench.ledger.chain.tip.slot,
        {"InstructionError": [0, {"Custom": 1}]},
    )
    vanished = bench.ask("sendTransaction", transfer(bench, blockhash=address(9)), options)
    assert bench.ledger.history.status(vanished) is None
    forged = bytearray(base64.b64decode(transfer(bench)))
    forged[5] ^= 1
    unsigned = bench.ask("sendTransaction", base64_of(bytes(forged)), options)
    assert bench.ledger.history.status(unsigned) is None


def test_a_bad_signature_is_refused() -> None:
    """-32003, before anything is simulated."""
    bench = Bench(AT_ONCE)
    forged = bytearray(base64.b64decode(transfer(bench)))
    forged[5] ^= 1
    assert bench.fails("sendTransaction", base64_of(bytes(forged)), B64).rpc_code == -32003


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("0OIl", {}, "invalid base58 encoding"),
        ("*", B64, "invalid base64 encoding"),
        ("é", B64, "invalid base64 encoding"),
        ("AAAA", B64, "failed to deserialize"),
        ("A" * 1_648, B64, "base64 encoded transaction too large: 1648 bytes (max: encoded/raw 1644/1232)"),
        ("A" * 1_644, B64, "decoded transaction too large: 1233 bytes"),
        ("1" * 1_684, {}, "base58 encoded transaction too large"),
        ("AAAA", {"encoding": "hex"}, "unknown variant `hex`"),
        ("AAAA", {**B64, "preflightCommitment": "max"}, "failed to deserialize"),
        (5, B64, "invalid type: integer `5`, expected a string"),
    ],
)
def test_what_is_no_transaction(text: Any, options: dict[str, Any], words: str) -> None:
    """Each with -32602 and the reason."""
    error = Bench(AT_ONCE).fails("sendTransaction", text, options)
    assert error.rpc_code == -32602
    assert words in error.message


def test_missing_lookup_tables_are_refused() -> None:
    """With preflight or without, and in a simulation."""
    bench = Bench(AT_ONCE)
    envelope = through_table(TABLE, Hash.from_string(bench.ledger.chain.tip.blockhash), bench.payer)
    for method, options in (
        ("sendTransaction", B64),
        ("sendTransaction", {**B64, "skipPreflight": True}),
        ("simulateTransaction", B64),
    ):
        error = bench.fails(method, base64_of(envelope.raw), options)
        assert error.rpc_code == -32602
        assert error.message.startswith("invalid transaction: Transaction loads an address table account")


def test_a_simulation() -> None:
    """Outcome, logs, units, fee and wanted accounts as they would be; nothing changes."""
    bench = Bench(AT_ONCE)
    options = {**B64, "accounts": {"addresses": [address(2), address(3)]}, "innerInstructions": None}
    shown = bench.value("simulateTransaction", transfer(bench), options)
    assert (shown["err"], shown["unitsConsumed"], shown["fee"]) == (None, 150, 5_000)
    assert [account and account["lamports"] for account in shown["accounts"]] == [SOL, None]
    assert (shown["returnData"], shown["replacementBlockhash"], shown["innerInstructions"]) == (
        None,
        None,
        None,
    )
    assert bench.value("getBalance", address(2)) == 0
    failed = bench.value("simulateTransaction", transfer(bench, 10**18), options)
    assert failed["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert failed["accounts"] == [None, None]


def test_a_simulation_shows_inner_instructions() -> None:
    """Partially decoded, as in ``jsonParsed``."""
    bench = Bench(AT_ONCE, accounts=(mint(address(100)),))
    create = create_associated_token_account(str(bench.payer.pubkey()), address(2), address(100))
    options = {**B64, "innerInstructions": True}
    shown = bench.value("simulateTransaction", base64_of(bench.sign([create])), options)
    assert [group["index"] for group in shown["innerInstructions"]] == [0]
    assert {"programId", "accounts", "data", "stackHeight"} == set(
        shown["innerInstructions"][0]["instructions"][0]
    )


@pytest.mark.parametrize("legacy", [True, False])
def test_a_simulation_may_replace_the_hash(legacy: bool) -> None:
    """A dead hash and no signature at all are fine then."""
    bench = Bench(AT_ONCE)
    key, instruction = bench.payer.pubkey(), pay(bench.payer, address(2), SOL)
    message: Message | MessageV0 = (
        Message.new_with_blockhash([instruction], key, Hash.default())
        if legacy
        else MessageV0.try_compile(key, [instruction], [], Hash.default())
    )
    raw = b"\x01" + bytes(64) + to_bytes_versioned(message)
    assert bench.value("simulateTransaction", base64_of(raw), B64)["err"] == "BlockhashNotFound"
    shown = bench.value("simulateTransaction", base64_of(raw), {**B64, "replaceRecentBlockhash": True})
    tip = bench.ledger.chain.tip
    assert shown["err"] is None
    assert shown["replacementBlockhash"] == {
        "blockhash": tip.blockhash,
        "lastValidBlockHeight": tip.last_valid_height,
    }


def test_a_simulation_may_verify_signatures() -> None:
    """Good ones pass, bad ones are -32003, and it excludes replacing the hash."""
    bench = Bench(AT_ONCE)
    good = transfer(bench)
    assert bench.value("simulateTransaction", good, {**B64, "sigVerify": True})["err"] is None
    forged = bytearray(base64.b64decode(good))
    forged[5] ^= 1
    text = base64_of(bytes(forged))
    assert bench.value("simulateTransaction", text, B64)["err"] is None
    assert bench.fails("simulateTransaction", text, {**B64, "sigVerify": True}).rpc_code == -32003
    both = {**B64, "sigVerify": True, "replaceRecentBlockhash": True}
    assert bench.fails("simulateTransaction", good, both).message == (
        "sigVerify may not be used with replaceRecentBlockhash"
    )


@pytest.mark.parametrize(
    "accounts",
    [
        {"encoding": "base58", "addresses": []},
        {"addresses": [address(2)] * 4},
        {"addresses": ["x"]},
        {"addresses": 1},
        1,
    ],
)
def test_wrong_wishes_of_a_simulation(accounts: Any) -> None:
    """-32602 each."""
    bench = Bench(AT_ONCE)
    error = bench.fails("simulateTransaction", transfer(bench), {**B64, "accounts": accounts})
    assert error.rpc_code == -32602


def test_the_fee_of_a_message() -> None:
    """Signatures and priority; ``null`` when its hash is dead."""
    bench = Bench(AT_ONCE)
    recent = Hash.from_string(bench.ledger.chain.tip.blockhash)
    instructions = [
        set_compute_unit_limit(10_000),
        set_compute_unit_price(1_000_000),
        pay(bench.payer, address(2), SOL),
        pay(keypair(3), address(2), SOL),
    ]
    key = bench.payer.pubkey()
    for message in (
        MessageV0.try_compile(key, instructions, [], recent),
        Message.new_with_blockhash(instructions, key, recent),
    ):
        assert bench.value("getFeeForMessage", base64_of(to_bytes_versioned(message))) == 20_000
    dead = MessageV0.try_compile(key, instructions, [], Hash.default())
    assert bench.value("getFeeForMessage", base64_of(to_bytes_versioned(dead))) is None
    for wrong in ("", "AAAA", "*", "gA=="):
        assert bench.fails("getFeeForMessage", wrong).rpc_code == -32602


def test_an_airdrop() -> None:
    """It lands at once; equal ones are no duplicates."""
    bench = Bench(INSTANT)
    first = bench.ask("requestAirdrop", address(2), SOL)
    second = bench.ask("requestAirdrop", address(2), SOL, {"commitment": "confirmed"})
    assert first != second
    assert bench.value("getBalance", address(2)) == 2 * SOL


def test_an_airdrop_on_a_given_hash() -> None:
    """It must be one of this network that still lives."""
    bench = Bench(AT_ONCE)
    good = bench.ledger.chain.tip.blockhash
    assert bench.ask("requestAirdrop", address(2), SOL, {"recentBlockhash": good})
    for wrong, words in ((address(9), "Blockhash not found"), ("x", "Invalid param: WrongSize")):
        error = bench.fails("requestAirdrop", address(2), SOL, {"recentBlockhash": wrong})
        assert words in error.message


def test_an_airdrop_that_cannot_be_paid() -> None:
    """When the faucet is empty the request is refused."""
    bench = Bench(AT_ONCE)
    faucet = bench.ledger.account(bench.node.faucet.address)
    assert faucet is not None
    bench.ledger.set_account(replace(faucet, lamports=1))
    error = bench.fails("requestAirdrop", address(2), SOL)
    assert error.message == "airdrop request failed: Insufficient funds for fee"
