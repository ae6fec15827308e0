"""JSON-RPC methods that move a network's time, forward or a block back, under a prefix no validator has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError
from sniperforge.localnet.faults.sight import behind_sight
from sniperforge.localnet.ledger.pace import MAINNET_PACE
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.rpc.params import Params

MAX_WARP: Final = 1_000_000_000
"""Slots; over twelve years at mainnet's pace."""


def _warp(node: Node, params: Params) -> Any:
    """Let a number of slots pass at once, or as many as ``{"seconds": S}`` have."""
    ledger = behind_sight(node.ledger)
    if isinstance(params.at(0), dict):
        seconds = params.config(0).integer("seconds") or 0
        slots = -(-seconds * 1000 // (ledger.profile.slot_ms or MAINNET_PACE.slot_ms))
    else:
        slots = params.integer(0)
    if not 1 <= slots <= MAX_WARP:
        raise faults.invalid_params(f"slots {slots} is not between 1 and {MAX_WARP}")
    return _shown(ledger.warp(slots))


def _rollback(node: Node, _params: Params) -> Any:
    """Drop the newest block, which nobody has seen confirmed."""
    ledger = behind_sight(node.ledger)
    try:
        dropped = ledger.rollback()
    except ConfigError as error:
        raise faults.invalid_params(error.message) from None
    return {**_shown(ledger.chain.tip), "dropped": [record.signature for record in dropped]}


def _shown(block: Block) -> dict[str, int]:
    return {"slot": block.slot, "blockHeight": block.height, "blockTime": block.time}


METHODS: Final = {
    "sniperforge_warp": Method(_warp, 1, 1),
    "sniperforge_rollback": Method(_rollback, 0, 0),
}
