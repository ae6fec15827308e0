"""What the methods of the JSON-RPC work on, and how they are declared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey

from sniperforge.localnet.faults.switch import Faults
from sniperforge.localnet.rpc.params import Config, Params

_FEATURE_PROGRAM: Final = Pubkey.from_string("Feature111111111111111111111111111111111111")

if TYPE_CHECKING:
    from sniperforge.localnet.faucet import Faucet
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.state_view import StateView

VERSION: Final = "4.1.2"
"""The Agave release whose runtime the SVM is."""


@dataclass(frozen=True, slots=True)
class Node:
    """One network as the JSON-RPC sees it.

    Attributes:
        ledger: the chain.
        faucet: where airdrops come from.
        identity: the validator's address, base58.
        faults: what it does wrong.
    """

    ledger: Ledger
    faucet: Faucet
    identity: str
    faults: Faults = field(default_factory=Faults)

    @property
    def feature_set(self) -> int:
        """A number for the runtime features there are: the head of a hash over their addresses."""
        features = sorted(self.ledger.vm.index.by_program(_FEATURE_PROGRAM))
        return int.from_bytes(hashlib.sha256("".join(features).encode()).digest()[:4], "little")

    def view(self, config: Config) -> StateView:
        """The accounts at the commitment that a request asks for.

        Raises:
            RpcError: unknown commitment, or that state is older than ``minContextSlot``.
        """
        view = self.ledger.view(config.commitment())
        config.check_slot(view.slot)
        return view


def answer(slot: int, value: Any) -> dict[str, Any]:
    """``value`` with the slot that it is as of."""
    return {"context": {"apiVersion": VERSION, "slot": slot}, "value": value}


Handler = Callable[[Node, Params], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One JSON-RPC method: its handler, how many parameters it needs and takes, and what its table says."""

    handler: Handler
    required: int
    allowed: int
    says: str = ""
