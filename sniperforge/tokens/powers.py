"""What others may do to the holders of a mint, in a form that a journal keeps and that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.tokens.extensions import DefaultAccountState, Pausable, PermanentDelegate, TransferHook
from sniperforge.tokens.transfer_fee import TransferFeeConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.tokens.mint import Mint

_BPS: Final = "transfer_fee_bps"
_MOST: Final = "transfer_fee_maximum"


def powers_of(mint: Mint) -> dict[str, str]:
    """Each power that somebody has over holders, and who has it; of transfer fees, how much.

    A fee that is announced counts at once: it is in force two epochs later, and everybody knows.
    """
    found: dict[str, str | None] = {
        "mint_authority": mint.mint_authority,
        "freeze_authority": mint.freeze_authority,
    }
    for extension in mint.extensions:
        match extension:
            case TransferFeeConfig(authority=authority, older=older, newer=newer):
                found["transfer_fee_authority"] = authority
                found[_BPS] = str(max(older.bps, newer.bps))
                found[_MOST] = str(max(older.maximum, newer.maximum))
            case PermanentDelegate(delegate=delegate):
                found["permanent_delegate"] = delegate
            case TransferHook(authority=authority, program=program):
                found["transfer_hook_authority"] = authority
                found["transfer_hook"] = program
            case Pausable(authority=authority, paused=paused):
                found["pause_authority"] = authority
                found["paused"] = "yes" if paused else None
            case DefaultAccountState(frozen=frozen):
                found["new_accounts"] = "frozen" if frozen else None
            case _:
                pass  # nothing that touches what is held
    return {name: value for name, value in found.items() if value is not None}


def grown(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What is new or in other hands, and which fees are higher; what was given up is no news."""
    return tuple(
        f"{name} was {before.get(name, 'none')} and is {value}"
        for name, value in now.items()
        if value != before.get(name) and not _is_lower(name, before.get(name, "0"), value)
    )


def _is_lower(name: str, before: str, now: str) -> bool:
    return name in (_BPS, _MOST) and int(now) <= int(before)
