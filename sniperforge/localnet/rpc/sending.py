"""JSON-RPC methods that take a transaction or a message: send, simulate, price, and airdrops."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain import base58
from sniperforge.errors import DecodeError
from sniperforge.localnet.ledger.envelope import MAX_TRANSACTION_BYTES, Envelope, open_envelope
from sniperforge.localnet.ledger.error_text import describe
from sniperforge.localnet.ledger.refusals import TransactionRefusedError, UnreadableTransactionError
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import Config, expect, parse_address
from sniperforge.localnet.rpc.transaction_json import inner_json, return_data_json

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.bank import Simulation
    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.state_view import StateView
    from sniperforge.localnet.rpc.params import Params

WIRE_ENCODINGS: Final = ("base58", "base64")
_MAX_ENCODED: Final = {"base58": 1_683, "base64": 1_644}
_LOOKUP_FAILURES: Final = frozenset(
    {
        "AddressLookupTableNotFound",
        "InvalidAddressLookupTableOwner",
        "InvalidAddressLookupTableData",
        "InvalidAddressLookupTableIndex",
    }
)


def _decode(text: str, encoding: str, what: str) -> bytes:
    if len(text) > _MAX_ENCODED[encoding]:
        raise faults.invalid_params(
            f"{encoding} encoded {what} too large: {len(text)} bytes "
            f"(max: encoded/raw {_MAX_ENCODED[encoding]}/{MAX_TRANSACTION_BYTES})"
        )
    try:
        raw = base64.b64decode(text, validate=True) if encoding == "base64" else base58.decode(text)
    except (binascii.Error, ValueError, DecodeError) as error:
        raise faults.invalid_params(f"invalid {encoding} encoding: {error}") from None
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise faults.invalid_params(
            f"decoded {what} too large: {len(raw)} bytes (max: {MAX_TRANSACTION_BYTES} bytes)"
        )
    return raw


def _envelope(params: Params, config: Config) -> Envelope:
    encoding = config.text("encoding", WIRE_ENCODINGS) or "base58"
    return _open(_decode(params.text(0), encoding, "transaction"))


def _open(raw: bytes) -> Envelope:
    try:
        return open_envelope(raw)
    except UnreadableTransactionError as error:
        raise faults.invalid_params(error.message) from None


def _send_transaction(node: Node, params: Params) -> Any:
    config = params.config(1)
    envelope = _envelope(params, config)
    config.integer("maxRetries")
    checked = not config.flag("skipPreflight")
    commitment = config.commitment("preflightCommitment") if checked else "processed"
    config.check_slot(node.ledger.chain.at(commitment).slot)
    if checked:
        _preflight(node, envelope, commitment)
    try:
        node.faults.submit(node.ledger, envelope, verified=checked)
    except TransactionRefusedError as refusal:
        # a validator answers before the leader decides: what the leader drops is simply never seen
        _refuse_bad_lookups(refusal.err)
    return envelope.signature


def _preflight(node: Node, envelope: Envelope, commitment: Commitment) -> None:
    if not envelope.signatures_valid():
        raise faults.signature_failure()
    simulation = node.ledger.simulate(envelope, commitment=commitment)
    if simulation.err is None:
        return
    _refuse_bad_lookups(simulation.err)
    message = f"Transaction simulation failed: {describe(simulation.err)}"
    raise faults.preflight_failure(message, _simulation_json(simulation, inner=False))


def _refuse_bad_lookups(err: Any) -> None:
    if isinstance(err, str) and err in _LOOKUP_FAILURES:
        raise faults.invalid_params(f"invalid transaction: {describe(err)}")


def _simulate_transaction(node: Node, params: Params) -> Any:
    config = params.config(1)
    envelope = _envelope(params, config)
    view = node.view(config)
    replace, verify = config.flag("replaceRecentBlockhash"), config.flag("sigVerify")
    if verify and replace:
        raise faults.invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    if verify and not envelope.signatures_valid():
        raise faults.signature_failure()
    if replace:
        envelope = _with_blockhash(envelope, view.block.hash_bytes)
    simulation = node.ledger.simulate(envelope, commitment=config.commitment())
    _refuse_bad_lookups(simulation.err)
    shown = _simulation_json(simulation, inner=config.flag("innerInstructions"))
    shown["accounts"] = _simulated_accounts(node, view, config, simulation, len(envelope.names))
    if replace:
        shown["replacementBlockhash"] = {
            "blockhash": view.block.blockhash,
            "lastValidBlockHeight": view.block.last_valid_height,
        }
    return answer(view.slot, shown)


def _with_blockhash(envelope: Envelope, blockhash: bytes) -> Envelope:
    """``envelope`` with another blockhash in its message; its signatures no longer fit."""
    signatures = envelope.raw[0]
    message = 1 + 64 * signatures
    start = message + (1 if envelope.versioned else 0) + 3 + 1 + 32 * len(envelope.names)
    raw = envelope.raw[:start] + blockhash + envelope.raw[start + 32 :]
    return open_envelope(raw)


def _simulation_json(simulation: Simulation, *, inner: bool) -> dict[str, Any]:
    meta = simulation.meta
    shown: dict[str, Any] = {
        "accounts": None,
        "err": simulation.err,
        "fee": meta.fee() if meta else None,
        "innerInstructions": None,
        "logs": meta.logs() if meta else [],
        "replacementBlockhash": None,
        "returnData": return_data_json(meta) if meta else None,
        "unitsConsumed": meta.compute_units_consumed() if meta else 0,
    }
    if inner and meta and simulation.loaded:
        shown["innerInstructions"] = inner_json(meta, simulation.loaded, parsed=True)
    return shown


def _simulated_accounts(
    node: Node, view: StateView, config: Config, simulation: Simulation, keys: int
) -> Any:
    if config.get("accounts") is None:
        return None
    options = Config(expect(config.get("accounts"), dict))
    addresses = options.items("addresses")
    if options.get("encoding") in {"binary", "base58"}:
        raise faults.invalid_params("base58 encoding not supported")
    if len(addresses) > keys:
        raise faults.invalid_params(f"Too many accounts provided; max {keys}")
    wanted = [parse_address(address) for address in addresses]
    if simulation.err is not None:
        return [None] * len(wanted)
    form = AccountFormat(node.ledger.vm, options, "base64")
    shown = []
    for key in wanted:
        account = simulation.accounts.get(str(key)) or view.get(key)
        shown.append(form.show(str(key), account if account is not None and account.lamports else None))
    return shown


def _get_fee_for_message(node: Node, params: Params) -> Any:
    view = node.view(params.config(1))
    message = _decode(params.text(0), "base64", "message")
    signatures = message[1 if message[:1] >= b"\x80" else 0] if len(message) > 1 else 0
    envelope = _open(bytes([signatures]) + bytes(64 * signatures) + message)
    if not node.ledger.hash_alive(envelope, params.config(1).commitment()):
        return answer(view.slot, None)
    meta = node.ledger.simulate(envelope, any_hash=True).meta
    return answer(view.slot, meta.fee() if meta else None)


def _request_airdrop(node: Node, params: Params) -> Any:
    address, lamports, config = params.address(0), params.integer(1), params.config(2)
    config.commitment()
    given = config.get("recentBlockhash")
    if given is not None and node.ledger.chain.usable(str(parse_address(given))) is None:
        raise faults.invalid_params("airdrop request failed: Blockhash not found")
    try:
        return node.faucet.drip(str(address), lamports).signature
    except TransactionRefusedError as refusal:
        raise faults.invalid_params(f"airdrop request failed: {refusal.message}") from None


METHODS: Final = {
    "sendTransaction": Method(
        _send_transaction,
        1,
        2,
        f"{' or '.join(WIRE_ENCODINGS)}, default base58; at most {MAX_TRANSACTION_BYTES:,} bytes",
    ),
    "simulateTransaction": Method(
        _simulate_transaction,
        1,
        2,
        f"{' or '.join(WIRE_ENCODINGS)}; sigVerify, replaceRecentBlockhash, innerInstructions, accounts",
    ),
    "getFeeForMessage": Method(_get_fee_for_message, 1, 2, "base64; null for a dead blockhash"),
    "requestAirdrop": Method(_request_airdrop, 2, 3, "any amount, no limit"),
}
