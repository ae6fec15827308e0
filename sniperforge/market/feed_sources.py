"""Ways to subscribe to news of a program: what each asks a node for, and what its notifications tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.chain import LogsNotice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.market.sources import FilteringPubSub


@dataclass(frozen=True, slots=True)
class Sighting:
    """A transaction's logs, and all of it where the source tells all of it.

    Attributes:
        notice: what logs tell.
        body: as ``getTransaction`` answers; ``None`` when it has to be fetched.
    """

    notice: LogsNotice
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """An account changed; the transaction that did it is not told."""

    address: str
    slot: int


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One way to subscribe.

    Attributes:
        name: the node's method, which is also its name in the configuration.
        params: the method's parameters, from a program's address and a commitment.
        read: what a notification's result tells; ``None`` when it is not one.
        has_logs: its frames hold log lines as JSON text, so that a prefilter can look for them.
        early: it may be asked for ``processed``.
    """

    name: str
    params: Callable[[str, str], list[Any]]
    read: Callable[[Any], tuple[Sighting | Touched, ...] | None]
    has_logs: bool = True
    early: bool = True


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A source on a connection; sources that are raced have connections of their own."""

    source: FeedSource
    pubsub: FilteringPubSub


def notice_of(item: Any) -> LogsNotice | None:
    """A ``logsNotification``'s result as a value; ``None`` when it is not one."""
    try:
        value, slot = item["value"], item["context"]["slot"]
        signature, logs = value["signature"], value["logs"]
        "".join(logs)  # refuses lines that are no text, in a tenth of the time of looking at each
    except (KeyError, TypeError):
        return None
    if not (isinstance(signature, str) and isinstance(slot, int) and isinstance(logs, list)):
        return None
    return LogsNotice(signature, slot, value.get("err"), tuple(logs))


def _of_logs(item: Any) -> tuple[Sighting, ...] | None:
    notice = notice_of(item)
    return None if notice is None else (Sighting(notice),)


def _of_block(item: Any) -> tuple[Sighting, ...] | None:
    try:
        value = item["value"]
        slot, block = value["slot"], value["block"]
        return tuple([_entry(entry, slot, block.get("blockTime")) for entry in block["transactions"]])
    except (KeyError, TypeError, AttributeError, IndexError):
        return None


def _entry(entry: Any, slot: Any, block_time: Any) -> Sighting:
    """One transaction of a block; a node that keeps no logs leaves them ``None``."""
    lines = entry["meta"].get("logMessages") or ()
    "".join(lines)
    if not isinstance(slot, int):
        raise TypeError
    signature = entry["transaction"]["signatures"][0]
    if not isinstance(signature, str):
        raise TypeError
    notice = LogsNotice(signature, slot, entry["meta"].get("err"), tuple(lines))
    return Sighting(notice, {**entry, "slot": slot, "blockTime": block_time})


def _of_account(item: Any) -> tuple[Touched, ...] | None:
    try:
        address, slot = item["value"]["pubkey"], item["context"]["slot"]
    except (KeyError, TypeError):
        return None
    return (Touched(address, slot),) if isinstance(address, str) and isinstance(slot, int) else None


LOGS: Final = FeedSource(
    "logsSubscribe",
    lambda address, commitment: [{"mentions": [address]}, {"commitment": commitment}],
    _of_logs,
)
"""Log lines; the transaction is fetched."""

BLOCKS: Final = FeedSource(
    "blockSubscribe",
    lambda address, commitment: [
        {"mentionsAccountOrProgram": address},
        {
            "commitment": commitment,
            "encoding": "json",
            "transactionDetails": "full",
            "maxSupportedTransactionVersion": 0,
            "showRewards": False,
        },
    ],
    _of_block,
    early=False,
)
"""Whole transactions, block by block; few nodes offer it."""

ACCOUNTS: Final = FeedSource(
    "programSubscribe",
    lambda address, commitment: [
        address,
        {"commitment": commitment, "encoding": "base64", "dataSlice": {"offset": 0, "length": 0}},
    ],
    _of_account,
    has_logs=False,
)
"""Accounts of the program that changed; the history of one that is new tells its creation."""

SOURCES: Final = {source.name: source for source in (LOGS, BLOCKS, ACCOUNTS)}
