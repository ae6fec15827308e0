"""Recorded or fetched transactions -> events of pools: what ``pools decode`` does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sniperforge.app.node import open_node
from sniperforge.dex.document import parse_document
from sniperforge.dex.invoke_stack import is_truncated
from sniperforge.dex.registry import events_of_logs, read_transaction
from sniperforge.domain import base58
from sniperforge.domain.chain import TransactionView
from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.files import storage_error

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.config.load import Settings
    from sniperforge.dex.venue import Unrecognised
    from sniperforge.domain.pool import PoolEvent

MAX_BYTES: Final = 64 * 1024 * 1024
_SIGNATURE_BYTES: Final = 64
_HINT: Final = "give the result of getTransaction, or a logsNotification message, as JSON"


def is_signature(text: str) -> bool:
    """Whether ``text`` is the base58 form of 64 bytes."""
    if not 64 <= len(text) <= 88:
        return False
    try:
        return len(base58.decode(text)) == _SIGNATURE_BYTES
    except DecodeError:
        return False


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        NotFoundError: nothing is there.
        DecodeError: not a file, not text, or larger than 64 MiB.
        StorageError: it cannot be read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DecodeError(f"{path} is larger than {MAX_BYTES >> 20} MiB", hint=_HINT)
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(
            f"{path} is neither a file nor a signature", hint="a signature is base58 text of 64 bytes"
        ) from None
    except (IsADirectoryError, UnicodeDecodeError):
        raise DecodeError(f"{path} is not a text file", hint=_HINT) from None
    except OSError as error:
        raise storage_error("read", path, error) from error


def parse_json(text: str, where: str) -> Any:
    """The document in ``text``, integers exact.

    Raises:
        DecodeError: not JSON; says where.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}:{error.colno}"
        raise DecodeError(f"{place}: not valid JSON: {error.msg}", hint=_HINT) from None
    except (ValueError, RecursionError):
        raise DecodeError(f"{where}: not valid JSON", hint=_HINT) from None


async def fetch(settings: Settings, signature: str) -> dict[str, Any]:
    """The landed transaction from the selected network.

    Raises:
        NotFoundError: the node knows no such transaction.
        UnavailableError: it does not answer.
    """
    async with open_node(settings) as node:
        found = await node.rpc.transaction(signature)
    if found is None:
        raise NotFoundError(
            f"no transaction {signature} on {settings.network_name}",
            hint="another network? --network chooses one; a node without history knows only recent ones",
        )
    return found


def events_in(document: Any) -> tuple[tuple[PoolEvent, ...], tuple[str, ...]]:
    """The events that a document tells of, and what makes them incomplete.

    Raises:
        DecodeError: it is no document of a kind that is known.
    """
    parsed = parse_document(document)
    if isinstance(parsed, TransactionView):
        reading = read_transaction(parsed)
        return reading.events, tuple([_unknown_form(form) for form in reading.unrecognised])
    warnings = ["logs alone tell less than the transaction: accounts are missing"]
    if is_truncated(parsed.logs):
        warnings.append("the node cut the logs short: events may be missing")
    return events_of_logs(parsed), tuple(warnings)


def _unknown_form(form: Unrecognised) -> str:
    path = ".".join(map(str, form.path))
    return f"instruction {path}: {form.dex} does not know {form.discriminator} with {form.accounts} accounts"


def _refuse(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
