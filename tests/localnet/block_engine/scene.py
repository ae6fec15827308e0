"""A chain with a few wallets and a block engine over it, called without a socket."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.domain.jito import DONT_FRONT, TIP_ACCOUNTS
from sniperforge.localnet.block_engine.api import BlockEngine
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from tests.localnet.kit import SOL, Bench, address, base64_of, keypair, pay

if TYPE_CHECKING:
    from solders.keypair import Keypair

    from sniperforge.localnet.jupiter_api.api import Reply

TIP = 10_000


@dataclass
class Scene:
    """One engine; the test moves slots and seconds."""

    bench: Bench = field(default_factory=Bench)
    per_second: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.ledger, self.faults = self.bench.ledger, self.bench.node.faults
        self.engine = BlockEngine(
            self.ledger, self.faults, timer=lambda: self.seconds, per_second=self.per_second
        )
        for number in (1, 2, 3):
            self.bench.pay(address(number), 10 * SOL)
        self.ledger.advance()

    def transaction(
        self,
        *further: Instruction,
        by: Keypair | None = None,
        amount: int = SOL,
        tip: int = TIP,
        tip_account: str = TIP_ACCOUNTS[0],
        shy: bool = False,
        to: str = "",
        **more: Any,
    ) -> Envelope:
        """A transfer of ``amount`` to wallet 9, with ``tip``; ``shy`` must not be run in front of."""
        by = by or keypair(1)
        steps = [pay(by, to or address(9), amount), *further]
        if tip:
            steps.append(pay(by, tip_account, tip))
        if shy:
            aside = AccountMeta(Pubkey.from_string(DONT_FRONT), is_signer=False, is_writable=False)
            steps[0] = Instruction(steps[0].program_id, steps[0].data, [*steps[0].accounts, aside])
        return open_envelope(self.bench.sign(steps, payer=by, **more))

    async def reply(
        self,
        method: str,
        *params: Any,
        path: str = "bundles",
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The answer to one request."""
        body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)})
        return await self.engine.handle("POST", f"/api/v1/{path}", query, headers=headers, body=body.encode())

    async def ask(self, method: str, *params: Any, path: str = "bundles") -> Any:
        """The result of one request."""
        reply = await self.reply(method, *params, path=path)
        document = json.loads(reply.body)
        assert (reply.status, document["jsonrpc"], document["id"]) == (200, "2.0", 7), document
        return document["result"]

    async def send(self, *envelopes: Envelope) -> str:
        """Send a bundle; its id."""
        encoded = [base64_of(envelope.raw) for envelope in envelopes]
        return str(await self.ask("sendBundle", encoded, {"encoding": "base64"}))

    async def refused(self, *envelopes: Envelope) -> str:
        """Why a bundle is not taken."""
        encoded = [base64_of(envelope.raw) for envelope in envelopes]
        reply = await self.reply("sendBundle", encoded, {"encoding": "base64"})
        error = json.loads(reply.body)["error"]
        assert (reply.status, error["code"]) == (400, -32602)
        return str(error["message"])

    async def inflight(self, *ids: str) -> list[tuple[str, int | None]]:
        """State and slot of each bundle."""
        result = await self.ask("getInflightBundleStatuses", list(ids))
        assert [each["bundle_id"] for each in result["value"]] == list(ids)
        return [(each["status"], each["landed_slot"]) for each in result["value"]]

    def lamports(self, where: str) -> int:
        """What an address holds."""
        return self.ledger.vm.balance(Pubkey.from_string(where))
