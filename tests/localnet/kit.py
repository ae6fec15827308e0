"""A small network in process with its own time, and short ways to send and ask, for the tests beside it."""

from __future__ import annotations

import asyncio
import base64
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import RpcError
from sniperforge.localnet.genesis import Genesis, create_node
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.pubsub.hub import Hub
from sniperforge.localnet.pubsub.outbox import Outbox
from sniperforge.localnet.pubsub.session import Session
from sniperforge.localnet.rpc.dispatcher import Dispatcher
from sniperforge.localnet.store.chain_file import ChainFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.records import TransactionRecord

AT_ONCE = SlotProfile(confirm_slots=0, finalize_slots=0)
"""Every block is final at once: for tests that are not about commitment."""

SOL = 1_000_000_000
NOW = 1_790_000_000
SEED = bytes(range(32))
NOBODY = SYSTEM_PROGRAM


def keypair(number: int) -> Keypair:
    """A key that is the same in every run."""
    return Keypair.from_seed(number.to_bytes(32, "big"))


def address(number: int) -> str:
    """The address of :func:`keypair`."""
    return str(keypair(number).pubkey())


def mint(
    where: str,
    *,
    decimals: int = 6,
    supply: int = 0,
    authority: str | None = None,
    program: str = TOKEN_PROGRAM,
) -> Account:
    """A mint of SPL Token's size."""
    owner = bytes(Pubkey.from_string(authority)) if authority else bytes(32)
    data = struct.pack("<I32sQBBI32x", int(bool(authority)), owner, supply, decimals, 1, 0)
    return Account(where, program, 1_461_600, data)


def holding(where: str, mint_address: str, owner: str, amount: int, *, state: int = 1) -> Account:
    """A token account of SPL Token."""
    keys = bytes(Pubkey.from_string(mint_address)) + bytes(Pubkey.from_string(owner))
    return Account(where, TOKEN_PROGRAM, 2_039_280, keys + struct.pack("<Q36xBIQ8x36x", amount, state, 0, 0))


def pay(source: Keypair, target: str, lamports: int) -> Instruction:
    """A system transfer."""
    to = Pubkey.from_string(target)
    return transfer(TransferParams(from_pubkey=source.pubkey(), to_pubkey=to, lamports=lamports))


@dataclass
class Bench:
    """One network whose time only the test moves."""

    profile: SlotProfile = MAINNET_PACE
    now: float = NOW
    accounts: tuple[Account, ...] = ()
    amm: bool = False
    keep_records: int = 20_000
    genesis: Genesis | None = None
    chain: ChainFile | None = None
    sent: list[TransactionRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        genesis = self.genesis or Genesis(SEED, accounts=self.accounts, amm=self.amm)
        genesis = self.chain.genesis(genesis) if self.chain else genesis
        past = self.chain.past() if self.chain else None
        self.node = create_node(
            genesis, lambda: self.now, self.profile, keep_records=self.keep_records, past=past
        )
        self.ledger = self.node.ledger
        if self.chain:
            self.chain.keep(self.ledger, genesis)
        self.dispatcher = Dispatcher(self.node)
        self.hub = Hub(self.ledger)
        self.payer = genesis.keypair("payer")

    def sign(
        self,
        instructions: Sequence[Instruction],
        *others: Keypair,
        blockhash: str = "",
        payer: Keypair | None = None,
    ) -> bytes:
        """The wire bytes of a version 0 transaction on the newest hash."""
        payer = payer or self.payer
        recent = Hash.from_string(blockhash or self.ledger.chain.tip.blockhash)
        message = MessageV0.try_compile(payer.pubkey(), list(instructions), [], recent)
        return bytes(VersionedTransaction(message, [payer, *others]))

    def send(
        self, *instructions: Instruction, signers: Sequence[Keypair] = (), blockhash: str = ""
    ) -> TransactionRecord:
        """Land a transaction; returns its record."""
        return self.ledger.send(self.sign(instructions, *signers, blockhash=blockhash))

    def pay(self, target: str, lamports: int = SOL) -> TransactionRecord:
        """Land a transfer from the payer."""
        return self.send(pay(self.payer, target, lamports))

    def simulate(self, *instructions: Instruction, signers: Sequence[Keypair] = ()) -> Any:
        """What the ledger says a transaction would do."""
        return self.ledger.simulate(open_envelope(self.sign(instructions, *signers)))

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a JSON-RPC request; raises ``RpcError`` for an error."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        reply = msgspec.json.decode(self.dispatcher.dispatch(msgspec.json.encode(request)))
        assert (reply["jsonrpc"], reply["id"]) == ("2.0", 1)
        if "error" in reply:
            error = reply["error"]
            raise RpcError(error["message"], rpc_code=error["code"], data=error.get("data"))
        return reply["result"]

    def value(self, method: str, *params: Any) -> Any:
        """The ``value`` of a result with context."""
        return self.ask(method, *params)["value"]

    def fails(self, method: str, *params: Any) -> RpcError:
        """The error that a request gets."""
        try:
            result = self.ask(method, *params)
        except RpcError as error:
            return error
        raise AssertionError(f"{method} answered {result}")


class Client:
    """A PubSub client in process."""

    def __init__(self, hub: Hub, limit: int = 1 << 20) -> None:
        self.outbox = Outbox(lambda: None, limit)
        self.session = Session(hub, self.outbox)

    def ask(self, method: str, *params: Any) -> Any:
        """The reply's result; raises ``RpcError`` for an error."""
        self.session.handle(
            msgspec.json.encode({"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)})
        )
        reply = self.take()
        assert reply["id"] == 7
        if "error" in reply:
            raise RpcError(reply["error"]["message"], rpc_code=reply["error"]["code"])
        return reply["result"]

    def take(self) -> Any:
        """The next message, ``None`` when none waits."""
        message = self.outbox.take()
        return None if message is None else msgspec.json.decode(message)

    def results(self) -> list[Any]:
        """``params.result`` of all that waits."""
        found = []
        while (message := self.take()) is not None:
            found.append(message["params"]["result"])
        return found


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for what no event tells of: the server's own view of its clients."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def base64_of(raw: bytes) -> str:
    """Base64 text."""
    return base64.b64encode(raw).decode()
