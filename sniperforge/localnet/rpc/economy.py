"""JSON-RPC methods about money and work: supply, largest balances, inflation, stake, votes, throughput.

The network has one validator without stake, and its inflation is disabled, as ``Inflation::new_disabled``
of a test cluster: rates are zero because nothing is minted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import parse_address

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.params import Params

LARGEST: Final = 20
MAX_SAMPLES: Final = 720
SAMPLE_SECONDS: Final = 60
FILTERS: Final = ("circulating", "nonCirculating")

_GET_MINIMUM_DELEGATION: Final = Instruction(
    Pubkey.from_string("Stake11111111111111111111111111111111111111"), (13).to_bytes(4, "little"), []
)
"""``StakeInstruction::GetMinimumDelegation``: answers in its return data."""


def _get_supply(node: Node, params: Params) -> Any:
    config = params.config(0)
    view = node.view(config)
    total = sum(lamports for _, lamports in view.balances())
    kept = view.balance(parse_address(node.faucet.address))
    hidden = config.flag("excludeNonCirculatingAccountsList")
    return answer(
        view.slot,
        {
            "circulating": total - kept,
            "nonCirculating": kept,
            "nonCirculatingAccounts": [] if hidden else [node.faucet.address],
            "total": total,
        },
    )


def _get_largest_accounts(node: Node, params: Params) -> Any:
    config = params.config(0)
    view = node.view(config)
    chosen = config.text("filter", FILTERS)
    faucet = node.faucet.address
    balances = [
        (lamports, address)
        for address, lamports in view.balances()
        if chosen is None or (address == faucet) == (chosen == "nonCirculating")
    ]
    balances.sort(key=lambda entry: (-entry[0], entry[1]))
    return answer(
        view.slot, [{"address": address, "lamports": lamports} for lamports, address in balances[:LARGEST]]
    )


def _get_inflation_governor(_node: Node, params: Params) -> Any:
    params.config(0).commitment()
    return dict.fromkeys(("foundation", "foundationTerm", "initial", "taper", "terminal"), 0.0)


def _get_inflation_rate(node: Node, _params: Params) -> Any:
    epoch = node.ledger.chain.tip.slot // SLOTS_PER_EPOCH
    return {"epoch": epoch, "foundation": 0.0, "total": 0.0, "validator": 0.0}


def _get_inflation_reward(node: Node, params: Params) -> Any:
    config = params.config(1)
    node.view(config)
    config.integer("epoch")
    addresses = [parse_address(address) for address in params.items(0)]
    return [None] * len(addresses)


def _get_stake_minimum_delegation(node: Node, params: Params) -> Any:
    """What the stake program answers, as a validator's bank asks it."""
    view = node.view(params.config(0))
    payer = Pubkey.from_string(node.faucet.address)
    message = MessageV0.try_compile(payer, [_GET_MINIMUM_DELEGATION], [], Hash.default())
    envelope = open_envelope(bytes(VersionedTransaction.populate(message, [Signature.default()])))
    meta = node.ledger.bank.simulate_on(view, envelope, any_hash=True).meta
    assert meta is not None
    return answer(view.slot, int.from_bytes(meta.return_data().data, "little"))


def _get_vote_accounts(_node: Node, params: Params) -> Any:
    params.config(0).commitment()
    return {"current": [], "delinquent": []}


def _get_recent_performance_samples(node: Node, params: Params) -> Any:
    limit = MAX_SAMPLES if params.at(0) is None else params.integer(0)
    if not 1 <= limit <= MAX_SAMPLES:
        raise faults.invalid_params(f"Invalid limit; max {MAX_SAMPLES}")
    return _samples(node)[:limit]


def _samples(node: Node) -> list[dict[str, int]]:
    """Full minutes of kept blocks, newest first."""
    chain, found = node.ledger.chain, []
    newest = chain.tip
    for slot in reversed(list(chain.slots())):
        block = chain.in_slot(slot)
        if block is None or newest.time - block.time < SAMPLE_SECONDS:
            continue
        count = (newest.total - newest.landed) - (block.total - block.landed)
        found.append(
            {
                "slot": newest.slot,
                "numTransactions": count,
                "numNonVoteTransactions": count,
                "numSlots": newest.slot - block.slot,
                "samplePeriodSecs": newest.time - block.time,
            }
        )
        newest = block
    return found


METHODS: Final = {
    "getSupply": Method(_get_supply, 0, 1, "nonCirculating is the faucet"),
    "getLargestAccounts": Method(
        _get_largest_accounts, 0, 1, f"{LARGEST} largest; filters {', '.join(FILTERS)}"
    ),
    "getInflationGovernor": Method(_get_inflation_governor, 0, 1, "all zero"),
    "getInflationRate": Method(_get_inflation_rate, 0, 0, "all zero"),
    "getInflationReward": Method(_get_inflation_reward, 1, 2, "always null"),
    "getStakeMinimumDelegation": Method(_get_stake_minimum_delegation, 0, 1, "what the stake program says"),
    "getVoteAccounts": Method(_get_vote_accounts, 0, 1, "none"),
    "getRecentPerformanceSamples": Method(
        _get_recent_performance_samples, 0, 1, f"at most {MAX_SAMPLES}, of {SAMPLE_SECONDS} s"
    ),
}
