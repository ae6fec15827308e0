"""Play money from a cluster's faucet, waited for until it has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.domain.amounts import format_sol, lamports
from sniperforge.errors import RefusedError, RejectedError, UnavailableError, UnknownOutcomeError

if TYPE_CHECKING:
    from sniperforge.chain.answers import SignatureStatus
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.config.load import Settings
    from sniperforge.ports import Clock

PATIENCE_SECONDS: Final = 60.0
"""As long as a blockhash lives."""

PUBLIC_FAUCET_LAMPORTS: Final = LAMPORTS_PER_SOL
"""What devnet's faucet gives without asking back; it refuses larger requests most of the time."""

_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Airdrop:
    """One that arrived.

    Attributes:
        lamports: how much.
        slot: where it landed.
    """

    address: str
    lamports: int
    signature: str
    slot: int

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "address": self.address,
            "amount": lamports(self.lamports).to_json(),
            "amount_sol": format_sol(self.lamports),
            "signature": self.signature,
            "slot": self.slot,
        }


def check_faucet(settings: Settings) -> None:
    """Raise ``RefusedError`` where SOL is real: on mainnet nothing is given away."""
    if settings.network.chain == "mainnet":
        raise RefusedError(
            "there is no airdrop on mainnet: SOL is real money there",
            hint="practise on localnet or devnet: --localnet, --devnet",
        )


def usual_airdrop(settings: Settings, configured: int) -> int:
    """Lamports to ask for when nobody says: as configured, on a public cluster no more than it gives."""
    return configured if settings.network.chain == "localnet" else min(configured, PUBLIC_FAUCET_LAMPORTS)


async def airdrop(rpc: RpcClient, clock: Clock, address: str, amount: int) -> Airdrop:
    """Ask for ``amount`` lamports and wait until they are confirmed.

    Raises:
        UnavailableError: the faucet does not answer or refuses.
        RejectedError: its transaction failed.
        UnknownOutcomeError: not confirmed after a minute.
    """
    signature = await rpc.request_airdrop(address, amount)
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while clock.monotonic() < deadline:
        status = await _status(rpc, signature)
        if status is not None and status.err is not None:
            raise RejectedError(
                f"the faucet's transaction failed: {status.err}", details={"signature": signature}
            )
        if status is not None and status.commitment != "processed":
            return Airdrop(address, amount, signature, status.slot)
        await clock.sleep(_POLL_SECONDS)
    raise UnknownOutcomeError(
        f"the airdrop {signature} is not confirmed after {PATIENCE_SECONDS:.0f} s",
        hint="`sniperforge wallet balance` shows whether it arrived",
        details={"signature": signature},
    )


async def _status(rpc: RpcClient, signature: str) -> SignatureStatus | None:
    """What the node knows of it; an outage is waited out, for the request has been sent."""
    try:
        return (await rpc.signature_statuses([signature])).statuses[0]
    except UnavailableError:
        return None
