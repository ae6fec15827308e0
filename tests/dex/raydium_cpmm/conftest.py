"""A CPMM pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm import program
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"
CREATOR = "DUtA918GSDEeybYfTdBxNBcFMKUPKsyJ6Cf5CmfGPwUn"


def raw(address: str) -> bytes:
    """An address as bytes."""
    return bytes(Pubkey.from_string(address))


def tag(name: str) -> bytes:
    """An Anchor account discriminator."""
    return sha256(f"account:{name}".encode()).digest()[:8]


@dataclass
class PoolAccounts:
    """What goes into the accounts of a WSOL/token pool; change a field, then :meth:`pack`."""

    config_index: int = 0
    trade_rate: int = 2_500
    protocol_rate: int = 120_000
    fund_rate: int = 40_000
    creator_rate: int = 0
    vault_0: int = 100 * 10**9
    vault_1: int = 800 * 10**12
    protocol_fees: tuple[int, int] = (0, 0)
    fund_fees: tuple[int, int] = (0, 0)
    creator_fees: tuple[int, int] = (0, 0)
    shared_fees: tuple[int, int] = (0, 0)
    creator_fee_on: int = 0
    creator_fee_enabled: bool = False
    status: int = 0
    open_time: int = 1_790_000_001
    program_id: str = program.MAINNET
    token_program: str = TOKEN_PROGRAM
    token_extensions: bytes = b""
    pool_override: str = ""
    replaced: dict[str, Account | None] = field(default_factory=dict)

    @property
    def config(self) -> str:
        """Address of the fee configuration."""
        return program.config_address(self.config_index, self.program_id)

    @property
    def pool(self) -> str:
        """Address of the pool: the canonical one unless overridden."""
        return self.pool_override or program.pool_address(self.config, WSOL_MINT, TOKEN, self.program_id)

    def vault(self, mint: str) -> str:
        """Address of a vault."""
        return program.vault_address(self.pool, mint, self.program_id)

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        lp_mint = program.lp_mint_address(self.pool, self.program_id)
        accounts: dict[str, Account | None] = {
            account.address: account
            for account in (
                Account(self.pool, self.program_id, 1, self._pool_data(lp_mint)),
                Account(self.config, self.program_id, 1, self._config_data()),
                self._vault(WSOL_MINT, self.vault_0, TOKEN_PROGRAM),
                self._vault(TOKEN, self.vault_1, self.token_program),
                mint(WSOL_MINT, 9, TOKEN_PROGRAM),
                mint(TOKEN, 6, self.token_program, self.token_extensions),
                mint(lp_mint, 9, TOKEN_PROGRAM, supply=8_944_271_909_999),
            )
        }
        return accounts | self.replaced

    def _pool_data(self, lp_mint: str) -> bytes:
        keys = (
            self.config,
            CREATOR,
            self.vault(WSOL_MINT),
            self.vault(TOKEN),
            lp_mint,
            WSOL_MINT,
            TOKEN,
            TOKEN_PROGRAM,
            self.token_program,
            program.observation_address(self.pool, self.program_id),
        )
        head = tag("PoolState") + b"".join(map(raw, keys)) + bytes([255, self.status, 9, 9, 6])
        amounts = (8_944_271_909_899, *self.protocol_fees, *self.fund_fees, self.open_time, 7)
        creator = struct.pack(
            "<BB6x4Q", self.creator_fee_on, self.creator_fee_enabled, *self.creator_fees, *self.shared_fees
        )
        return (head + struct.pack("<7Q", *amounts) + creator).ljust(637, b"\0")

    def _config_data(self) -> bytes:
        rates = (self.trade_rate, self.protocol_rate, self.fund_rate, 150_000_000)
        head = tag("AmmConfig") + struct.pack("<B?H4Q", 254, False, self.config_index, *rates)
        return (head + bytes(64) + struct.pack("<Q", self.creator_rate)).ljust(236, b"\0")

    def _vault(self, token: str, amount: int, token_program: str) -> Account:
        data = raw(token) + raw(program.authority(self.program_id)) + struct.pack("<Q", amount)
        return Account(self.vault(token), token_program, 1, (data + bytes(36) + b"\x01").ljust(165, b"\0"))


def mint(
    address: str, decimals: int, token_program: str, extensions: bytes = b"", supply: int = 10**15
) -> Account:
    """A mint without authorities."""
    data = bytes(36) + struct.pack("<QBB", supply, decimals, 1) + bytes(36)
    if extensions:
        data = data.ljust(165, b"\0") + b"\x01" + extensions
    return Account(address, token_program, 1, data)


def transfer_fee_extension(bps: int, maximum: int, *, from_epoch: int = 0) -> bytes:
    """A Token-2022 TransferFeeConfig: 1 % with no cap before ``from_epoch``, then ``bps`` up to ``maximum``."""
    older = struct.pack("<QQH", 0, 2**64 - 1, 100)
    newer = struct.pack("<QQH", from_epoch, maximum, bps)
    value = bytes(64) + bytes(8) + older + newer
    return struct.pack("<HH", 1, len(value)) + value


@pytest.fixture
def pool_accounts() -> Callable[..., PoolAccounts]:
    """Makes a :class:`PoolAccounts` with some fields changed."""
    return PoolAccounts


@pytest.fixture
def with_transfer_fee() -> Callable[..., PoolAccounts]:
    """Makes a pool whose token is a Token-2022 mint with a transfer fee: ``(bps, maximum, from_epoch=0)``."""

    def make(bps: int, maximum: int, from_epoch: int = 0) -> PoolAccounts:
        extension = transfer_fee_extension(bps, maximum, from_epoch=from_epoch)
        return PoolAccounts(token_program=TOKEN_2022_PROGRAM, token_extensions=extension)

    return make
