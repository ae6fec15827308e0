"""Token-2022 extensions of a mint as typed facts. Which of them are dangerous is for ``risk`` to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from sniperforge.errors import DecodeError
from sniperforge.tokens.layout import nonzero_key, records, uint
from sniperforge.tokens.transfer_fee import ONE_IN_BASIS_POINTS, TransferFee, TransferFeeConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class MintCloseAuthority:
    """Who may close the mint once its supply is zero."""

    type: ClassVar[int] = 3
    name: ClassVar[str] = "mint_close_authority"
    authority: str | None


@dataclass(frozen=True, slots=True)
class ConfidentialTransferMint:
    """Balances may be hidden; ``authority`` may change the terms."""

    type: ClassVar[int] = 4
    name: ClassVar[str] = "confidential_transfer"
    authority: str | None


@dataclass(frozen=True, slots=True)
class DefaultAccountState:
    """The state in which token accounts of this mint are born: 1 initialised, 2 frozen."""

    type: ClassVar[int] = 6
    name: ClassVar[str] = "default_account_state"
    state: int

    @property
    def frozen(self) -> bool:
        """Whether new accounts cannot move tokens."""
        return self.state == 2


@dataclass(frozen=True, slots=True)
class NonTransferable:
    """Tokens cannot be transferred at all."""

    type: ClassVar[int] = 9
    name: ClassVar[str] = "non_transferable"


@dataclass(frozen=True, slots=True)
class PermanentDelegate:
    """Who may move or burn the tokens of anyone."""

    type: ClassVar[int] = 12
    name: ClassVar[str] = "permanent_delegate"
    delegate: str | None


@dataclass(frozen=True, slots=True)
class TransferHook:
    """A program called on every transfer, and who may change it."""

    type: ClassVar[int] = 14
    name: ClassVar[str] = "transfer_hook"
    authority: str | None
    program: str | None


@dataclass(frozen=True, slots=True)
class Pausable:
    """All transfers can be stopped by ``authority``; ``paused`` says whether they are."""

    type: ClassVar[int] = 26
    name: ClassVar[str] = "pausable"
    authority: str | None
    paused: bool


@dataclass(frozen=True, slots=True)
class NamedExtension:
    """An extension known by name whose fields nothing here needs."""

    type: int
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnknownExtension:
    """An extension that this version does not know; its effect is unknown."""

    type: int
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """``unknown_<type>``."""
        return f"unknown_{self.type}"


Extension = (
    TransferFeeConfig
    | MintCloseAuthority
    | ConfidentialTransferMint
    | DefaultAccountState
    | NonTransferable
    | PermanentDelegate
    | TransferHook
    | Pausable
    | NamedExtension
    | UnknownExtension
)


def _fee(value: bytes, offset: int, where: str) -> TransferFee:
    fee = TransferFee(uint(value, offset, 8), uint(value, offset + 8, 8), uint(value, offset + 16, 2))
    if fee.bps > ONE_IN_BASIS_POINTS:
        raise DecodeError(f"{where}: transfer fee of {fee.bps} basis points is above 100 %")
    return fee


def _transfer_fee(value: bytes, where: str) -> Extension:
    return TransferFeeConfig(
        authority=nonzero_key(value, 0),
        withdraw_authority=nonzero_key(value, 32),
        withheld=uint(value, 64, 8),
        older=_fee(value, 72, where),
        newer=_fee(value, 90, where),
    )


_PARSERS: Final[Mapping[int, tuple[int, Callable[[bytes, str], Extension]]]] = {
    1: (108, _transfer_fee),
    3: (32, lambda value, _: MintCloseAuthority(nonzero_key(value, 0))),
    4: (65, lambda value, _: ConfidentialTransferMint(nonzero_key(value, 0))),
    6: (1, lambda value, _: DefaultAccountState(value[0])),
    9: (0, lambda *_: NonTransferable()),
    12: (32, lambda value, _: PermanentDelegate(nonzero_key(value, 0))),
    14: (64, lambda value, _: TransferHook(nonzero_key(value, 0), nonzero_key(value, 32))),
    26: (33, lambda value, _: Pausable(nonzero_key(value, 0), value[32] != 0)),
}
"""Extension type -> exact length and parser. Source: reference pools.md section 13, spl-token-2022."""

NAMED_TYPES: Final[Mapping[int, str]] = {
    10: "interest_bearing",
    16: "confidential_transfer_fee",
    18: "metadata_pointer",
    19: "token_metadata",
    20: "group_pointer",
    21: "token_group",
    22: "group_member_pointer",
    23: "token_group_member",
    24: "confidential_mint_burn",
    25: "scaled_ui_amount",
}
"""Mint extensions known by name only."""

EXTENSION_NAMES: Final = frozenset(
    {
        *NAMED_TYPES.values(),
        *(
            kind.name
            for kind in (
                TransferFeeConfig,
                MintCloseAuthority,
                ConfidentialTransferMint,
                DefaultAccountState,
                NonTransferable,
                PermanentDelegate,
                TransferHook,
                Pausable,
            )
        ),
    }
)
"""Every mint extension this version knows, by the name used in facts and settings."""


def _parse(kind: int, value: bytes, where: str) -> Extension:
    if kind in NAMED_TYPES:
        return NamedExtension(kind, NAMED_TYPES[kind], value)
    if kind not in _PARSERS:
        return UnknownExtension(kind, value)
    size, parser = _PARSERS[kind]
    if len(value) != size:
        raise DecodeError(f"{where}: extension {kind} has {len(value)} bytes, not {size}")
    return parser(value, where)


def decode_extensions(data: bytes, where: str) -> tuple[Extension, ...]:
    """The extensions of a Token-2022 mint, in their order.

    Args:
        data: the whole account.
        where: whose account, for messages.

    Raises:
        DecodeError: a record is cut off, has the wrong length, or appears twice.
    """
    found: dict[int, Extension] = {}
    for kind, value in records(data, where):
        if kind in found:
            raise DecodeError(f"{where}: extension {kind} appears twice")
        found[kind] = _parse(kind, value, where)
    return tuple(found.values())
