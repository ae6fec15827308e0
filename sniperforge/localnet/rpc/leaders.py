"""JSON-RPC methods about who makes blocks: one identity leads every slot, and nobody holds stake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import Config, expect, parse_address

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.params import Params

MAX_LEADERS: Final = 5_000


def _asked_identity(config: Config) -> str | None:
    value = config.get("identity")
    return None if value is None else str(parse_address(value))


def _get_slot_leader(node: Node, params: Params) -> Any:
    config = params.config(0)
    config.check_slot(node.ledger.chain.at(config.commitment()).slot)
    return node.identity


def _get_slot_leaders(node: Node, params: Params) -> Any:
    params.integer(0)
    count = params.integer(1)
    if not 1 <= count <= MAX_LEADERS:
        raise faults.invalid_params(f"Invalid limit; max {MAX_LEADERS}")
    return [node.identity] * count


def _get_leader_schedule(node: Node, params: Params) -> Any:
    named = isinstance(params.at(0), dict)
    config = params.config(0 if named else 1)
    config.commitment()
    asked = _asked_identity(config)
    epoch = node.ledger.chain.tip.slot // SLOTS_PER_EPOCH
    wanted = epoch if named or params.at(0) is None else params.integer(0) // SLOTS_PER_EPOCH
    if wanted not in {epoch, epoch + 1}:
        return None
    return {} if asked not in {None, node.identity} else {node.identity: list(range(SLOTS_PER_EPOCH))}


def _get_block_production(node: Node, params: Params) -> Any:
    config = params.config(0)
    chain = node.ledger.chain
    newest = chain.at(config.commitment())
    asked = _asked_identity(config)
    epoch_start = newest.slot - newest.slot % SLOTS_PER_EPOCH
    first, last = _range(config, max(epoch_start, chain.oldest().slot), newest.slot)
    blocks = sum(first <= slot <= last for slot in chain.slots())
    made = {} if asked not in {None, node.identity} else {node.identity: [last - first + 1, blocks]}
    return answer(
        node.ledger.chain.tip.slot, {"byIdentity": made, "range": {"firstSlot": first, "lastSlot": last}}
    )


def _range(config: Config, least: int, most: int) -> tuple[int, int]:
    if config.get("range") is None:
        return least, most
    options = Config(expect(config.get("range"), dict))
    first, last = int(expect(options.get("firstSlot"), int)), options.integer("lastSlot")
    last = most if last is None else last
    if last < first:
        raise faults.invalid_params(f"lastSlot, {last}, cannot be less than firstSlot, {first}")
    if first < least:
        raise faults.invalid_params(f"firstSlot, {first}, is too small; min {least}")
    if last > most:
        raise faults.invalid_params(f"lastSlot, {last}, is too large; max {most}")
    return first, last


def _get_block_commitment(_node: Node, params: Params) -> Any:
    params.integer(0)
    return {"commitment": None, "totalStake": 0}


def _get_newest_slot(node: Node, _params: Params) -> Any:
    return node.ledger.chain.tip.slot


def _get_highest_snapshot_slot(_node: Node, _params: Params) -> Any:
    raise faults.no_snapshot()


METHODS: Final = {
    "getSlotLeader": Method(_get_slot_leader, 0, 1),
    "getSlotLeaders": Method(_get_slot_leaders, 2, 2, f"at most {MAX_LEADERS:,}; one leader"),
    "getLeaderSchedule": Method(_get_leader_schedule, 0, 2, "this epoch and the next, else null; one leader"),
    "getBlockProduction": Method(_get_block_production, 0, 1, "among the blocks that are kept"),
    "getBlockCommitment": Method(_get_block_commitment, 1, 1, "always null and 0: there is no stake"),
    "getMaxRetransmitSlot": Method(_get_newest_slot, 0, 0),
    "getMaxShredInsertSlot": Method(_get_newest_slot, 0, 0),
    "getHighestSnapshotSlot": Method(_get_highest_snapshot_slot, 0, 0, "always -32008, No snapshot"),
}
