"""JSON-RPC methods about transactions that landed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.addresses import MEMO_PROGRAM
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import parse_signature
from sniperforge.localnet.rpc.transaction_json import ENCODINGS, status_json, transaction_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.records import Status, TransactionRecord
    from sniperforge.localnet.rpc.params import Config, Params

MAX_STATUSES: Final = 256
MAX_SIGNATURES: Final = 1_000
STATUS_CACHE_BLOCKS: Final = 300
"""Finalized blocks whose statuses a validator answers without ``searchTransactionHistory``."""

MEMO_PROGRAMS: Final = frozenset({MEMO_PROGRAM, "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"})


def _get_signature_statuses(node: Node, params: Params) -> Any:
    signatures, config = params.items(0), params.config(1)
    if len(signatures) > MAX_STATUSES:
        raise faults.invalid_params(f"Too many inputs provided; max {MAX_STATUSES}")
    whole = config.flag("searchTransactionHistory")
    found = [node.ledger.history.status(parse_signature(signature)) for signature in signatures]
    return answer(
        node.ledger.chain.tip.slot, [status and _status(node, status, whole=whole) for status in found]
    )


def _status(node: Node, status: Status, *, whole: bool) -> dict[str, Any] | None:
    chain = node.ledger.chain
    block = chain.in_slot(status.slot)
    depth = chain.tip.height - block.height if block is not None else None
    reached = reached_commitment(node, status.slot)
    if reached == "finalized":
        if not whole and (depth is None or depth > STATUS_CACHE_BLOCKS + node.ledger.profile.finalize_slots):
            return None
        depth = None
    return {
        "slot": status.slot,
        "confirmations": depth,
        "err": status.err,
        "status": status_json(status.err),
        "confirmationStatus": reached,
    }


def reached_commitment(node: Node, slot: int) -> Commitment:
    """The highest commitment that ``slot`` has reached."""
    chain = node.ledger.chain
    if slot <= chain.at("finalized").slot:
        return "finalized"
    return "confirmed" if slot <= chain.at("confirmed").slot else "processed"


def _get_transaction(node: Node, params: Params) -> Any:
    signature, config = parse_signature(params.at(0)), params.encoding_or_config(1)
    encoding = config.text("encoding", ENCODINGS) or "json"
    newest = node.ledger.chain.at(config.confirmed()).slot
    record = node.ledger.history.record(signature)
    if record is None or record.slot > newest:
        return None
    version = config.integer("maxSupportedTransactionVersion")
    if version is None and record.envelope.versioned:
        raise faults.unsupported_version()
    return {
        "slot": record.slot,
        "blockTime": record.block_time,
        **transaction_json(record, encoding, show_version=version is not None),
    }


def _get_signatures_for_address(node: Node, params: Params) -> Any:
    address, config = str(params.address(0)), params.config(1)
    newest = node.ledger.chain.at(config.confirmed()).slot
    config.check_slot(newest)
    limit = config.integer("limit")
    limit = MAX_SIGNATURES if limit is None else limit
    if not 1 <= limit <= MAX_SIGNATURES:
        raise faults.invalid_params(f"Invalid limit; max {MAX_SIGNATURES}")
    found = []
    for record in _window(node, address, config):
        if record.slot > newest:
            continue
        found.append(_signature_json(node, record))
        if len(found) == limit:
            break
    return found


def _window(node: Node, address: str, config: Config) -> Iterator[TransactionRecord]:
    """Newest first, between ``before`` and ``until``, both excluded."""
    history = node.ledger.history
    before, until = _boundary(config, "before"), _boundary(config, "until")
    upper = history.record(before) if before else None
    lower = history.record(until) if until else None
    if before and upper is None:
        return
    place = None if upper is None else (upper.slot, upper.position)
    for record in history.of_address(address, place):
        if lower is not None and (record.slot, record.position) <= (lower.slot, lower.position):
            return
        yield record


def _boundary(config: Config, name: str) -> str | None:
    value = config.get(name)
    return None if value is None else parse_signature(value)


def _signature_json(node: Node, record: TransactionRecord) -> dict[str, Any]:
    return {
        "signature": record.signature,
        "slot": record.slot,
        "err": record.err,
        "memo": _memo(record),
        "blockTime": record.block_time,
        "confirmationStatus": reached_commitment(node, record.slot),
    }


def _memo(record: TransactionRecord) -> str | None:
    if MEMO_PROGRAMS.isdisjoint(record.loaded.names):
        return None
    memos = [
        f"[{len(instruction.data)}] {bytes(instruction.data).decode(errors='replace')}"
        for instruction in record.envelope.message.instructions
        if record.loaded.names[instruction.program_id_index] in MEMO_PROGRAMS
    ]
    return "; ".join(memos) or None


METHODS: Final = {
    "getSignatureStatuses": Method(
        _get_signature_statuses,
        1,
        2,
        f"at most {MAX_STATUSES}; after {STATUS_CACHE_BLOCKS} final blocks with searchTransactionHistory",
    ),
    "getTransaction": Method(
        _get_transaction, 1, 2, f"{', '.join(ENCODINGS)}; default json; not below confirmed"
    ),
    "getSignaturesForAddress": Method(
        _get_signatures_for_address, 1, 2, f"at most {MAX_SIGNATURES:,}; before, until; not below confirmed"
    ),
}
