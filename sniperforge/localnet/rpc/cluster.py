"""JSON-RPC methods about the network and its pace: slots, hashes, epochs, identity, prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.compute_price import ANY_ACCOUNT
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import VERSION, Method, Node, answer
from sniperforge.localnet.rpc.params import parse_address

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.rpc.params import Params

MAX_FEE_ACCOUNTS: Final = 128


def _block(node: Node, params: Params, position: int = 0) -> Block:
    config = params.config(position)
    block = node.ledger.chain.at(config.commitment())
    config.check_slot(block.slot)
    return block


def _get_slot(node: Node, params: Params) -> Any:
    return _block(node, params).slot


def _get_block_height(node: Node, params: Params) -> Any:
    return _block(node, params).height


def _get_transaction_count(node: Node, params: Params) -> Any:
    return _block(node, params).total


def _get_latest_blockhash(node: Node, params: Params) -> Any:
    block = _block(node, params)
    return answer(block.slot, {"blockhash": block.blockhash, "lastValidBlockHeight": block.last_valid_height})


def _is_blockhash_valid(node: Node, params: Params) -> Any:
    bank = _block(node, params, 1)
    blockhash = str(parse_address(params.at(0)))  # both are base58 of 32 bytes
    block = node.ledger.chain.usable(blockhash)
    return answer(bank.slot, block is not None and block.height <= bank.height)


def _get_epoch_info(node: Node, params: Params) -> Any:
    block = _block(node, params)
    epoch, index = divmod(block.slot, SLOTS_PER_EPOCH)
    return {
        "absoluteSlot": block.slot,
        "blockHeight": block.height,
        "epoch": epoch,
        "slotIndex": index,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": block.total,
    }


def _get_epoch_schedule(_node: Node, _params: Params) -> Any:
    return {
        "firstNormalEpoch": 0,
        "firstNormalSlot": 0,
        "leaderScheduleSlotOffset": SLOTS_PER_EPOCH,
        "slotsPerEpoch": SLOTS_PER_EPOCH,
        "warmup": False,
    }


def _get_genesis_hash(node: Node, _params: Params) -> Any:
    return node.ledger.genesis_hash


def _get_health(_node: Node, _params: Params) -> Any:
    return "ok"


def _get_identity(node: Node, _params: Params) -> Any:
    return {"identity": node.identity}


def _get_version(node: Node, _params: Params) -> Any:
    return {"feature-set": node.feature_set, "solana-core": VERSION}


def _get_first_block(node: Node, _params: Params) -> Any:
    return node.ledger.chain.first_slot()


def _get_cluster_nodes(node: Node, _params: Params) -> Any:
    return [
        {
            "featureSet": node.feature_set,
            "gossip": None,
            "pubkey": node.identity,
            "pubsub": None,
            "rpc": None,
            "shredVersion": 0,
            "tpu": None,
            "version": VERSION,
        }
    ]


def _get_recent_prioritization_fees(node: Node, params: Params) -> Any:
    addresses = params.items(0) if params.at(0) is not None else []
    if len(addresses) > MAX_FEE_ACCOUNTS:
        raise faults.invalid_params(f"Too many inputs provided; max {MAX_FEE_ACCOUNTS}")
    names = [str(parse_address(address)) for address in addresses] or [ANY_ACCOUNT]
    return [
        {
            "prioritizationFee": max(block.price_floor.get(name, 0) for name in names),
            "slot": block.slot,
        }
        for block in node.ledger.chain.recent(HASH_LIFE)
    ]


METHODS: Final = {
    "getSlot": Method(_get_slot, 0, 1),
    "getBlockHeight": Method(_get_block_height, 0, 1),
    "getTransactionCount": Method(_get_transaction_count, 0, 1),
    "getLatestBlockhash": Method(_get_latest_blockhash, 0, 1),
    "isBlockhashValid": Method(_is_blockhash_valid, 1, 2),
    "getEpochInfo": Method(_get_epoch_info, 0, 1),
    "getEpochSchedule": Method(_get_epoch_schedule, 0, 0),
    "getGenesisHash": Method(_get_genesis_hash, 0, 0),
    "getHealth": Method(_get_health, 0, 0),
    "getIdentity": Method(_get_identity, 0, 0),
    "getVersion": Method(_get_version, 0, 0),
    "minimumLedgerSlot": Method(_get_first_block, 0, 0),
    "getFirstAvailableBlock": Method(_get_first_block, 0, 0),
    "getClusterNodes": Method(_get_cluster_nodes, 0, 0, "one node"),
    "getRecentPrioritizationFees": Method(
        _get_recent_prioritization_fees,
        0,
        1,
        f"at most {MAX_FEE_ACCOUNTS} addresses; {HASH_LIFE} newest blocks",
    ),
}
