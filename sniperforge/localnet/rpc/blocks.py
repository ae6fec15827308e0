"""JSON-RPC methods about blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.block_json import DETAILS, BlockFormat, block_records
from sniperforge.localnet.rpc.node import Method, Node
from sniperforge.localnet.rpc.transaction_json import ENCODINGS

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.rpc.params import Config, Params

MAX_RANGE: Final = 500_000


def _get_block_time(node: Node, params: Params) -> Any:
    return _block_at(node, params.integer(0)).time


def _block_at(node: Node, slot: int) -> Block:
    """The block of ``slot``.

    Raises:
        RpcError: not there yet, skipped, or no longer kept.
    """
    chain = node.ledger.chain
    block = chain.in_slot(slot)
    if block is not None:
        return block
    if slot > chain.tip.slot:
        raise faults.block_not_available(slot)
    if slot < chain.first_slot():
        raise faults.block_cleaned_up(slot, chain.first_slot())
    raise faults.slot_skipped(slot)


def _get_block(node: Node, params: Params) -> Any:
    slot, config = params.integer(0), params.encoding_or_config(1)
    form = BlockFormat(config)
    if slot > node.ledger.chain.at(config.confirmed()).slot:
        raise faults.block_not_available(slot)
    block = _block_at(node, slot)
    records = block_records(node.ledger, block) if form.needs_records() else []
    return form.show(node.ledger, block, records)


def _get_blocks(node: Node, params: Params) -> Any:
    start = params.integer(0)
    named = params.at(1) if not isinstance(params.at(1), dict) else None
    config = params.config(1 if isinstance(params.at(1), dict) else 2)
    end = params.integer(1) if named is not None else None
    return _slots(node, config, start, end, MAX_RANGE)


def _get_blocks_with_limit(node: Node, params: Params) -> Any:
    return _slots(node, params.config(2), params.integer(0), None, params.integer(1))


def _slots(node: Node, config: Config, start: int, end: int | None, limit: int) -> list[int]:
    newest = node.ledger.chain.at(config.confirmed()).slot
    if limit > MAX_RANGE or (end is not None and end - start > MAX_RANGE):
        raise faults.invalid_params(f"Slot range too large; max {MAX_RANGE}")
    last = newest if end is None else min(end, newest)
    return node.ledger.chain.slots_between(start, last, limit)


METHODS: Final = {
    "getBlockTime": Method(_get_block_time, 1, 1),
    "getBlock": Method(
        _get_block, 1, 2, f"{', '.join(ENCODINGS)}; details {', '.join(DETAILS)}; not below confirmed"
    ),
    "getBlocks": Method(_get_blocks, 1, 3, f"range at most {MAX_RANGE:,}; not below confirmed"),
    "getBlocksWithLimit": Method(
        _get_blocks_with_limit, 2, 3, f"range at most {MAX_RANGE:,}; not below confirmed"
    ),
}
