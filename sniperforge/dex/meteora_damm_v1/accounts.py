"""The accounts of Meteora DAMM v1: bytes in, facts out, and whether a pool is a canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.dex.meteora_damm_v1.curve import Stable
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("Pool")
VAULT_DISCRIMINATOR: Final = account_discriminator("Vault")
POOL_SIZE: Final = 875
VAULT_SIZE: Final = 1227

_POOL: Final = struct.Struct("<32s32s32s32s32s32s32sx?32s32s32xQQ")
"""From byte 8: LP mint, mints, vaults, shares, whether enabled, fee accounts; the trade fee."""
_START: Final = struct.Struct("<Q32s32sB")
"""From byte 403: activation point, whitelisted vault, creator, activation type."""
_START_AT: Final = 403
_LOCKED: Final = struct.Struct("<Q")
_LOCKED_AT: Final = 395
_CURVE_AT: Final = 874
_CONSTANT_PRODUCT: Final = 0
_STABLE: Final = 1
_BY_TIME: Final = 1

_VAULT: Final = struct.Struct("<?2xQ32s32s32s32s")
"""From byte 8: whether enabled, all it owns; token account, fees, mint, mint of its shares."""


@dataclass(frozen=True, slots=True)
class DammPool:
    """What a pool account says. Addresses are base58, amounts raw units.

    Attributes:
        vault_a, vault_b: accounts of the vault program, not token accounts.
        shares_a, shares_b: token accounts with the pool's shares of the vaults.
        trade_fee: numerator and denominator of the fee on the input.
        locked_lp: LP units in escrows.
        stable: the curve's parameters; ``None`` for a constant product.
    """

    address: str
    lp_mint: str
    mint_a: str
    mint_b: str
    vault_a: str
    vault_b: str
    shares_a: str
    shares_b: str
    enabled: bool
    trade_fee: tuple[int, int]
    locked_lp: int
    activation_point: int
    activates_by_time: bool
    creator: str
    stable: Stable | None

    @property
    def open_time(self) -> int:
        """Unix seconds before which swaps are refused; 0 where a slot decides."""
        return self.activation_point if self.activates_by_time else 0


@dataclass(frozen=True, slots=True)
class Vault:
    """What a vault account says: ``total`` is what it holds and has lent."""

    address: str
    enabled: bool
    total: int
    token_vault: str
    mint: str
    share_mint: str


def decode_pool(account: Account) -> DammPool:
    """Read a pool account.

    Raises:
        DecodeError: not a pool owned by the DAMM v1 program, or one with an unknown curve.
    """
    _check(account, program.MAINNET, POOL_DISCRIMINATOR, POOL_SIZE, "DAMM v1 pool")
    *keys, enabled, _, _, fee, fee_of = _POOL.unpack_from(account.data, 8)
    lp_mint, mint_a, mint_b, vault_a, vault_b, shares_a, shares_b = map(_address, keys)
    point, _, creator, by_time = _START.unpack_from(account.data, _START_AT)
    return DammPool(
        address=account.address,
        lp_mint=lp_mint,
        mint_a=mint_a,
        mint_b=mint_b,
        vault_a=vault_a,
        vault_b=vault_b,
        shares_a=shares_a,
        shares_b=shares_b,
        enabled=enabled,
        trade_fee=(fee, fee_of),
        locked_lp=_LOCKED.unpack_from(account.data, _LOCKED_AT)[0],
        activation_point=point,
        activates_by_time=by_time == _BY_TIME,
        creator=_address(creator),
        stable=_curve(account),
    )


def decode_vault(account: Account) -> Vault:
    """Read a vault account.

    Raises:
        DecodeError: not a vault owned by the vault program.
    """
    _check(account, program.VAULTS, VAULT_DISCRIMINATOR, VAULT_SIZE, "vault")
    enabled, total, token_vault, _, mint, share_mint = _VAULT.unpack_from(account.data, 8)
    return Vault(account.address, enabled, total, _address(token_vault), _address(mint), _address(share_mint))


def is_canonical(pool: DammPool) -> bool:
    """Whether its vaults are those of its mints, and its shares lie at the derived addresses.

    A pool account does not name the configuration that its own address is derived from.
    """
    return all(
        vault == program.vault_address(mint) and shares == program.pool_share_address(vault, pool.address)
        for mint, vault, shares in (
            (pool.mint_a, pool.vault_a, pool.shares_a),
            (pool.mint_b, pool.vault_b, pool.shares_b),
        )
    )


def _curve(account: Account) -> Stable | None:
    data = ByteReader(account.data, _CURVE_AT, f"DAMM v1 pool {account.address}")
    kind = data.u8()
    if kind == _CONSTANT_PRODUCT:
        return None
    if kind != _STABLE:
        raise DecodeError(f"DAMM v1 pool {account.address} has an unknown curve, {kind}")
    amplification, multiplier_a, multiplier_b = data.u64(), data.u64(), data.u64()
    data.u8()
    virtual_price = data.u64()
    data.u64()
    return Stable(amplification, (multiplier_a, multiplier_b), virtual_price if data.u8() else None)


def _check(account: Account, owner: str, discriminator: bytes, size: int, what: str) -> None:
    where = f"{what} {account.address}"
    if account.owner != owner:
        raise DecodeError(f"{where} is owned by {account.owner}, not by its program")
    if len(account.data) < size or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
