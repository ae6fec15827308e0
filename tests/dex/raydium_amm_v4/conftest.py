"""An AMM v4 pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account

TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"
OWNER = "GThUX1Atko4tqhN2NaiTazWSeFWMuiUvfFnyJyUghFMJ"
MARKET = "5LSnxmchPsA7qbymjezQiXWcyuksU36AznuGYHGkTq4G"
OPENBOOK = "srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX"


def raw(address: str) -> bytes:
    """The bytes of an address."""
    return bytes(Pubkey.from_string(address))


def key(number: int) -> str:
    """Some address."""
    return str(Pubkey.from_bytes(bytes([number]) * 32))


def signer_nonce() -> int:
    """The first nonce that gives a market signer off the curve."""
    for nonce in range(100):
        seeds = raw(MARKET) + struct.pack("<Q", nonce) + raw(OPENBOOK) + b"ProgramDerivedAddress"
        if not Pubkey.from_bytes(sha256(seeds).digest()).is_on_curve():
            return nonce
    raise AssertionError("no nonce")


@dataclass(frozen=True)
class PoolAccounts:
    """WSOL as coin, a token as pc, 79 SOL and 206.9 M tokens: like a migrated curve."""

    status: int = 6
    vault_coin: int = 79_005_359_070
    vault_pc: int = 206_900_000_000_000
    owed: tuple[int, int] = (0, 0)
    fee: tuple[int, int] = (25, 10_000)
    open_time: int = 0
    book: tuple[int, int] = (0, 0)
    coin_decimals: int = 9
    nonce: int = field(default_factory=signer_nonce)
    pool_override: str = ""
    orders_market: str = MARKET
    orders_program: str = OPENBOOK
    program_id: str = program.MAINNET
    replaced: dict[str, Account | None] = field(default_factory=dict)

    @property
    def pool(self) -> str:
        """Address of the pool: the canonical one unless overridden."""
        return self.pool_override or program.pool_address(MARKET, self.program_id)

    @property
    def lp_mint(self) -> str:
        """Address of the LP mint."""
        return program.lp_mint_address(MARKET, self.program_id)

    @property
    def vaults(self) -> tuple[str, str]:
        """Coin and pc vault."""
        return (
            program.coin_vault_address(MARKET, self.program_id),
            program.pc_vault_address(MARKET, self.program_id),
        )

    @property
    def open_orders(self) -> str:
        """Address of the orders."""
        return program.open_orders_address(MARKET, self.program_id)

    def data(self) -> bytes:
        """The pool's bytes."""
        head = struct.pack("<16Q", self.status, 254, 7, 3, self.coin_decimals, 6, *([0] * 10))
        fees = struct.pack("<8Q", 5, 10_000, 25, 10_000, 12, 100, *self.fee)
        owed = struct.pack("<4Q", *self.owed, 0, 0) + struct.pack("<4Q", self.open_time, 0, 0, 0)
        keys = (
            *self.vaults,
            WSOL_MINT,
            TOKEN,
            self.lp_mint,
            self.open_orders,
            MARKET,
            OPENBOOK,
            program.target_orders_address(MARKET, self.program_id),
        )
        body = (head + fees + owed).ljust(336, b"\0") + b"".join(map(raw, keys)) + bytes(64)
        return body + raw(OWNER) + struct.pack("<4Q", 4_043_005_115_018, 0, 0, 0)

    def market_data(self) -> bytes:
        """The market's bytes."""
        data = bytearray(388)
        data[:5] = b"serum"
        data[45:53] = struct.pack("<Q", self.nonce)
        for number, at in enumerate((117, 165, 253, 285, 317), 1):
            data[at : at + 32] = raw(key(number))
        return bytes(data)

    def orders_data(self) -> bytes:
        """The orders' bytes."""
        head = b"serum" + bytes(8) + raw(self.orders_market) + raw(program.authority(self.program_id))
        return (head + struct.pack("<4Q", 0, self.book[0], 0, self.book[1])).ljust(3_228, b"\0")

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        accounts: dict[str, Account | None] = {
            account.address: account
            for account in (
                Account(self.pool, self.program_id, 1, self.data()),
                self._vault(self.vaults[0], WSOL_MINT, self.vault_coin),
                self._vault(self.vaults[1], TOKEN, self.vault_pc),
                mint(WSOL_MINT, 9),
                mint(TOKEN, 6),
                mint(self.lp_mint, 9, supply=4_042_005_115_018),
                Account(MARKET, OPENBOOK, 1, self.market_data()),
                Account(self.open_orders, self.orders_program, 1, self.orders_data()),
            )
        }
        return accounts | self.replaced

    def _vault(self, address: str, token: str, amount: int) -> Account:
        data = raw(token) + raw(program.authority(self.program_id)) + struct.pack("<Q", amount)
        return Account(address, TOKEN_PROGRAM, 1, (data + bytes(36) + b"\x01").ljust(165, b"\0"))


def mint(address: str, decimals: int, supply: int = 10**15) -> Account:
    """A mint without authorities."""
    return Account(
        address, TOKEN_PROGRAM, 1, bytes(36) + struct.pack("<QBB", supply, decimals, 1) + bytes(36)
    )


@pytest.fixture
def pool_accounts() -> Callable[..., PoolAccounts]:
    """Makes a :class:`PoolAccounts` with some fields changed."""
    return PoolAccounts
