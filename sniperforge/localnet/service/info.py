"""What a running network tells about itself, and the file that says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sniperforge.errors import ConfigError
from sniperforge.files import PRIVATE, storage_error, write_atomic

if TYPE_CHECKING:
    from pathlib import Path


class Urls(NamedTuple):
    """Where one endpoint serves."""

    rpc_url: str
    ws_url: str


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """One running network.

    Attributes:
        rpc_url, ws_url: where it serves: its first endpoint.
        jupiter_url: of its Jupiter API; ``None`` in the file of a version that had none.
        genesis_hash: its identity, base58.
        pid: of its process.
        process: which process that pid means, see :mod:`sniperforge.coordination.process`.
        started_at: ISO 8601, UTC.
        payer: address of the funded account, base58.
        keypair_file: where that account's key is.
        further: its other endpoints.
    """

    rpc_url: str
    ws_url: str
    jupiter_url: str | None
    genesis_hash: str
    pid: int
    process: str
    started_at: str
    payer: str
    keypair_file: str
    further: tuple[Urls, ...] = ()

    @property
    def jito_url(self) -> str | None:
        """Where its block engine serves: on the Jupiter API's port."""
        return self.jupiter_url

    def to_json(self) -> dict[str, Any]:
        """The document form, as ``localnet up --json`` shows it and the file holds it."""
        return {
            "rpc_url": self.rpc_url,
            "ws_url": self.ws_url,
            "endpoints": [urls._asdict() for urls in (Urls(self.rpc_url, self.ws_url), *self.further)],
            "jupiter_url": self.jupiter_url,
            "jito_url": self.jito_url,
            "genesis_hash": self.genesis_hash,
            "pid": self.pid,
            "process": self.process,
            "started_at": self.started_at,
            "payer": {"pubkey": self.payer, "keypair_file": self.keypair_file},
        }

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """The network that a document describes.

        Raises:
            KeyError, TypeError: it is no such document.
        """
        return cls(
            rpc_url=_text(document["rpc_url"]),
            ws_url=_text(document["ws_url"]),
            jupiter_url=None if document["jupiter_url"] is None else _text(document["jupiter_url"]),
            genesis_hash=_text(document["genesis_hash"]),
            pid=_pid(document["pid"]),
            process=_text(document["process"]),
            started_at=_text(document["started_at"]),
            payer=_text(document["payer"]["pubkey"]),
            keypair_file=_text(document["payer"]["keypair_file"]),
            further=tuple(
                Urls(_text(urls["rpc_url"]), _text(urls["ws_url"])) for urls in document["endpoints"][1:]
            ),
        )


def write_info(path: Path, info: NetworkInfo) -> None:
    """Replace the file at ``path``, atomically. Raises ``StorageError``."""
    write_atomic(path, json.dumps(info.to_json(), indent=2) + "\n", mode=PRIVATE)


def read_info(path: Path) -> NetworkInfo | None:
    """The network that the file names, running or not; ``None`` when there is no file.

    Raises:
        ConfigError: the file is not what a network writes.
        StorageError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error("read", path, error) from error
    try:
        return NetworkInfo.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(
            f"{path} does not describe a running network",
            hint="delete it; `sniperforge localnet up` writes a new one",
            details={"path": str(path)},
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _pid(value: Any) -> int:
    if type(value) is not int or value <= 0:
        raise TypeError
    return value
