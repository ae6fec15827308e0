"""The mint account of SPL Token and Token-2022: bytes in, facts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAMS
from sniperforge.errors import DecodeError
from sniperforge.tokens.extensions import Extension, decode_extensions
from sniperforge.tokens.layout import TLV_START, option_key, uint
from sniperforge.tokens.transfer_fee import TransferFee, TransferFeeConfig

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

MINT_SIZE = 82
_ACCOUNT_TYPE_MINT = 1
_MULTISIG_SIZE = 355

ExtensionT = TypeVar("ExtensionT", bound=Extension)


@dataclass(frozen=True, slots=True)
class Mint:
    """What a mint account says.

    Attributes:
        address: base58.
        program: the token program that owns it, base58.
        supply: raw units.
        decimals: places of a whole token.
        mint_authority: who may create tokens; ``None`` when nobody can.
        freeze_authority: who may freeze accounts; ``None`` when nobody can.
        extensions: Token-2022 extensions in their order; empty for SPL Token.
    """

    address: str
    program: str
    supply: int
    decimals: int
    mint_authority: str | None
    freeze_authority: str | None
    extensions: tuple[Extension, ...] = ()

    def extension(self, kind: type[ExtensionT]) -> ExtensionT | None:
        """The extension of class ``kind``, ``None`` when the mint has none."""
        return next((found for found in self.extensions if isinstance(found, kind)), None)

    def transfer_fee_at(self, epoch: int) -> TransferFee | None:
        """The transfer fee in force in ``epoch``; ``None`` when the mint has no such extension."""
        config = self.extension(TransferFeeConfig)
        return None if config is None else config.at(epoch)


def decode_mint(account: Account) -> Mint:
    """Read a mint account.

    Layout (82 bytes): mint authority option at 0, supply u64 at 36, decimals at 44, initialised at 45,
    freeze authority option at 46. Token-2022 appends zeros up to 165, account type 1, then extensions.

    Raises:
        DecodeError: not an initialised mint of SPL Token or Token-2022.
    """
    data, where = account.data, f"mint {account.address}"
    if account.owner not in TOKEN_PROGRAMS:
        raise DecodeError(f"{where} is owned by {account.owner}, not by a token program")
    _check_size(data, account.owner, where)
    if data[45] != 1:
        raise DecodeError(f"{where} is not initialised")
    return Mint(
        address=account.address,
        program=account.owner,
        supply=uint(data, 36, 8),
        decimals=data[44],
        mint_authority=option_key(data, 0, where),
        freeze_authority=option_key(data, 46, where),
        extensions=decode_extensions(data, where),
    )


def _check_size(data: bytes, program: str, where: str) -> None:
    if len(data) == MINT_SIZE:
        return
    if program != TOKEN_2022_PROGRAM or len(data) < TLV_START or len(data) == _MULTISIG_SIZE:
        raise DecodeError(f"{where} has {len(data)} bytes, which is no mint")
    if data[TLV_START - 1] != _ACCOUNT_TYPE_MINT or any(data[MINT_SIZE : TLV_START - 1]):
        raise DecodeError(f"{where} is another kind of token account")
