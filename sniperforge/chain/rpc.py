"""A node's methods in one object: every read of its parts, and what runs or sends transactions."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, Any, Final

from sniperforge.chain.account_reads import AccountReads
from sniperforge.chain.answers import Simulation
from sniperforge.chain.node_reads import NodeReads
from sniperforge.chain.transaction_reads import TransactionReads
from sniperforge.chain.wire import SimulationAt, account_value, decode_base64
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.wire import SimulationValue
    from sniperforge.domain.chain import Account

_SIGNATURE_BYTES: Final = 64


class RpcClient(NodeReads, AccountReads, TransactionReads):
    """One node. Reads are retried within the policy; :meth:`send` and :meth:`request_airdrop` never are."""

    async def simulate(
        self,
        transaction: bytes,
        *,
        accounts: Sequence[str] = (),
        commitment: str = "confirmed",
        replace_blockhash: bool = True,
        min_slot: int | None = None,
    ) -> Simulation:
        """Run a transaction without signatures; see :func:`unsigned` for a bare message.

        Args:
            transaction: wire form; its signatures are not looked at.
            accounts: whose state afterwards is wanted.
            commitment: state to run on.
            replace_blockhash: let the node put in a valid blockhash.
            min_slot: refuse to run on an earlier slot.

        Raises:
            RpcError: the node cannot run it at all, for example because it is malformed.
            UnavailableError: no usable answer.
        """
        options: dict[str, Any] = {
            "encoding": "base64",
            "commitment": commitment,
            "sigVerify": False,
            "replaceRecentBlockhash": replace_blockhash,
        }
        if accounts:
            options["accounts"] = {"encoding": "base64", "addresses": list(accounts)}
        if min_slot is not None:
            options["minContextSlot"] = min_slot
        at = await self.read("simulateTransaction", (_base64(transaction), options), SimulationAt)
        value = at.value
        return Simulation(
            slot=at.context.slot,
            err=value.err,
            logs=tuple(value.logs or ()),
            units=value.units_consumed or 0,
            accounts=_states(accounts, value),
            return_data=_returned(value),
        )

    async def send(self, transaction: bytes, *, skip_preflight: bool = True, max_retries: int = 0) -> str:
        """Hand signed bytes to the node, once; the signature that the node answers.

        An error does not mean that the bytes did not leave: the outcome is read from the chain.

        Args:
            transaction: wire form, signed, journalled.
            skip_preflight: do not simulate first.
            max_retries: how often the node itself re-sends; the landing loop does that here.

        Raises:
            RpcError: the node refused; code -32002 carries the failed simulation in ``data``.
            UnavailableError: no usable answer.
        """
        options = {"encoding": "base64", "skipPreflight": skip_preflight, "maxRetries": max_retries}
        if not skip_preflight:
            options["preflightCommitment"] = "confirmed"
        return _signature(
            await self.call("sendTransaction", (_base64(transaction), options)), "sendTransaction"
        )

    async def request_airdrop(self, address: str, amount: int) -> str:
        """Ask the cluster's faucet for ``amount`` lamports, once; the airdrop's signature.

        Raises:
            RpcError: no faucet, or it refuses.
            UnavailableError: no usable answer.
        """
        return _signature(await self.call("requestAirdrop", (address, amount)), "requestAirdrop")


def unsigned(message: bytes) -> bytes:
    """Wire form of a message with empty signatures, as a simulation takes it.

    The count of signatures is the first byte of a legacy message and the second of a versioned one
    (solana-message, ``MessageHeader``); it fits one byte of the compact-u16 in front.
    """
    required = message[1] if message[0] & 0x80 else message[0]
    return bytes([required]) + bytes(_SIGNATURE_BYTES * required) + message


def _states(addresses: Sequence[str], value: SimulationValue) -> dict[str, Account | None]:
    if not addresses:
        return {}
    answered = value.accounts
    if answered is None and value.err is not None:
        return dict.fromkeys(addresses)
    if answered is None or len(answered) != len(addresses):
        raise UnavailableError("simulateTransaction: the node left out accounts that were asked for")
    pairs = zip(addresses, answered, strict=True)
    return {key: account_value(key, info, "simulateTransaction") for key, info in pairs}


def _returned(value: SimulationValue) -> bytes:
    if value.return_data is None:
        return b""
    return decode_base64(value.return_data.data[0], "simulateTransaction")


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _signature(answer: Any, method: str) -> str:
    if not isinstance(answer, str):
        raise UnavailableError(f"{method}: the node's answer is no signature")
    return answer
