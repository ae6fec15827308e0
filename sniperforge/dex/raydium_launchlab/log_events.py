"""What Raydium LaunchLab leaves as events, in self-calls and in the logs: launches and trades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, event_discriminator
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.growing_layout import Fields, GrowingLayout
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.dex.raydium_launchlab.curve import CONSTANT, NAMES
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

CREATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name for name in ("Initialize", "InitializeV2", "InitializeWithToken2022")
)
MIGRATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name for name in ("MigrateToAmm", "MigrateToCpswap")
)

BUY: Final = 0
"""``trade_direction``; the other is a sale."""
_STATUS: Final = {0: "fund", 1: "migrate", 2: "trade"}
_MIGRATION: Final = {0: "amm", 1: "cpswap"}
_FEES_ON: Final = {0: "quote", 1: "both"}

_CREATED: Final = event_discriminator("PoolCreateEvent")
_TRADED: Final = event_discriminator("TradeEvent")
_BEFORE_FEES: Final = (
    ("pool", "key"),
    ("total_base_sell", "u64"),
    ("virtual_base", "u64"),
    ("virtual_quote", "u64"),
    ("real_base_before", "u64"),
    ("real_quote_before", "u64"),
    ("real_base_after", "u64"),
    ("real_quote_after", "u64"),
    ("amount_in", "u64"),
    ("amount_out", "u64"),
    ("protocol_fee", "u64"),
    ("platform_fee", "u64"),
)
_AFTER_FEES: Final = (
    ("share_fee", "u64"),
    ("trade_direction", "u8"),
    ("pool_status", "u8"),
    ("exact_in", "bool"),
)
_TRADE: Final = GrowingLayout(
    _TRADED, (*_BEFORE_FEES, ("creator_fee", "u64"), *_AFTER_FEES), least="pool_status"
)
_FIRST_TRADE: Final = GrowingLayout(_TRADED, (*_BEFORE_FEES, *_AFTER_FEES), least="pool_status")
"""Before creators had a fee."""
_TRADE_SIZE: Final = 146
"""From here on there is a creator's fee."""


def trades_in(payloads: Iterable[bytes]) -> list[Fields]:
    """The TradeEvents of either form; anything else is passed over."""
    found = []
    for payload in payloads:
        layout = _TRADE if len(payload) >= _TRADE_SIZE else _FIRST_TRADE
        trade = layout.read(payload)
        if trade is not None:
            status = _STATUS.get(trade.numbers.pop("pool_status"))
            found.append(Fields(trade.numbers, trade.words | ({"pool_status": status} if status else {})))
    return found


def launches_in(payloads: Iterable[bytes]) -> list[Fields]:
    """The PoolCreateEvents; anything else, and what is cut short, is passed over."""
    found = []
    for payload in payloads:
        if payload[:DISCRIMINATOR_SIZE] != _CREATED:
            continue
        reader = ByteReader(payload, DISCRIMINATOR_SIZE, "PoolCreateEvent")
        try:
            words = {"pool": reader.key(), "creator": reader.key(), "global_config": reader.key()}
            launch = launch_parameters(reader)
        except DecodeError:
            continue
        found.append(Fields(launch.numbers, words | launch.words))
    return found


def launch_parameters(reader: ByteReader) -> Fields:
    """The token, the curve and the vesting of a launch; a missing end is left out.

    ``MintParams``, ``CurveParams``, ``VestingParams``, ``AmmCreatorFeeOn``; for Token-2022 the transfer fee.

    Raises:
        DecodeError: too little for token and curve, or a type of curve that is not known.
    """
    numbers = {"decimals": reader.u8()}
    words = {"name": reader.text(), "symbol": reader.text(), "uri": reader.text()}
    kind = reader.u8()
    if kind not in NAMES:
        raise DecodeError(f"a launch has a curve of unknown type {kind}")
    words["curve"] = NAMES[kind]
    names = ("supply", "total_base_sell", "total_quote_fund_raising")
    for name in names if kind == CONSTANT else (names[0], names[2]):
        numbers[name] = reader.u64()
    words["migrate_type"] = _MIGRATION.get(reader.u8(), "")
    for name in ("total_locked_amount", "cliff_period", "unlock_period"):
        if reader.left >= 8:
            numbers[name] = reader.u64()
    if reader.left:
        words["amm_fee_on"] = _FEES_ON.get(reader.u8(), "")
    if reader.left >= 11 and reader.flag():
        numbers |= {"transfer_fee_bps": reader.u16(), "maximum_transfer_fee": reader.u64()}
    return Fields(numbers, words)


def trade_amounts(trade: Fields) -> dict[str, int]:
    """The numbers of a TradeEvent; what goes in and out there is the curve's side of it."""
    own = dict(trade.numbers)
    return own | {"input_amount": own.pop("amount_in"), "output_amount": own.pop("amount_out")}
