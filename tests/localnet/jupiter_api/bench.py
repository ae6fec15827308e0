"""A chain with SOL/USDC and a few launched tokens on it, and the API over it, called without a socket."""

from __future__ import annotations

import asyncio
import base64
import json
from itertools import count
from typing import Any

from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.localnet.jupiter_api.api import JupiterApi
from sniperforge.localnet.jupiter_api.context import Context, context_of
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import associated_token_address
from tests.localnet.market.bench import SOL, Chain, market_on

KEY = {"x-api-key": "jup_test"}


class Bench:
    """One API over one chain whose time the test moves."""

    def __init__(self) -> None:
        self.chain = Chain()
        market = market_on(self.chain)
        self.chain.slots(20)
        market.close()
        self.chain.slots(3)
        self.ledger = self.chain.ledger
        ids = count()
        self.context: Context = context_of(self.ledger, lambda: f"id-{next(ids)}", lambda: 0.0)
        self.api = JupiterApi(
            self.ledger, now=lambda: self.chain.now, timer=lambda: 0.0, new_id=self.context.new_id
        )
        self.wallet = Keypair.from_seed(bytes([7]) * 32)
        self.user = str(self.wallet.pubkey())
        self.ledger.set_account(Account(self.user, SYSTEM_PROGRAM, 100 * SOL, b""))

    @property
    def token(self) -> str:
        """A launched token with a pool against SOL and an ordinary mint."""
        held = [mint for mint in self.context.pools.mints() if mint not in (WSOL_MINT, USDC_MINT)]
        plain = (mint for mint in held if self.context.pools.of(mint)[0].transfer_fee_0 is None)
        return next(mint for mint in plain if self.context.pools.of(mint)[0].transfer_fee_1 is None)

    async def get(self, path: str, *, code: int = 200, **query: object) -> Any:
        """The document of a GET."""
        reply = await self.api.handle("GET", path, {k: str(v) for k, v in query.items()}, headers=KEY)
        assert reply.status == code, reply.body
        return json.loads(reply.body)

    async def post(self, path: str, *, code: int = 200, **body: object) -> Any:
        """The document of a POST."""
        reply = await self.api.handle("POST", path, headers=KEY, body=json.dumps(body).encode())
        assert reply.status == code, reply.body
        return json.loads(reply.body)

    async def quote(self, source: str, target: str, amount: int, **more: object) -> Any:
        """A v1 quote."""
        return await self.get("/swap/v1/quote", inputMint=source, outputMint=target, amount=amount, **more)

    async def order(self, source: str, target: str, amount: int, **more: object) -> Any:
        """An order for the wallet."""
        asked = {"inputMint": source, "outputMint": target, "amount": amount, "taker": self.user, **more}
        return await self.get("/swap/v2/order", **asked)

    def signed(self, transaction: str) -> bytes:
        """What the wallet sends for an unsigned transaction."""
        message = VersionedTransaction.from_bytes(base64.b64decode(transaction)).message
        return bytes(VersionedTransaction(message, [self.wallet]))

    async def execute(self, order: Any, *, code: int = 200, **changes: object) -> Any:
        """Sign and execute an order, while a slot passes."""
        body = {
            "requestId": order["requestId"],
            "signedTransaction": base64.b64encode(self.signed(order["transaction"])).decode(),
            **changes,
        }
        waiting = asyncio.ensure_future(self.post("/swap/v2/execute", code=code, **body))
        await asyncio.sleep(0)
        self.chain.slots()
        return await waiting

    def balance(self, mint: str) -> int:
        """Raw units in the wallet's associated account."""
        states = self.context.pools.of(mint)
        program = states[0].token_program(mint)
        account = self.ledger.account(associated_token_address(self.user, mint, program))
        try:
            return 0 if account is None else decode_token_account(account).raw
        except DecodeError:
            return 0

    @property
    def lamports(self) -> int:
        """SOL of the wallet."""
        return self.ledger.vm.balance(self.wallet.pubkey())
