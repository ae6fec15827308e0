"""The chain of this project's embedded network: saved, loaded, looked at, moved through time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sniperforge.app.local_service import UP_HINT
from sniperforge.app.located import service_files
from sniperforge.errors import UnavailableError
from sniperforge.localnet.service import control
from sniperforge.localnet.service.lock import hold
from sniperforge.localnet.store import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.config.load import Settings


def save(settings: Settings, target: Path, *, replace: bool) -> dict[str, Any]:
    """Write the chain to ``target``, whether its network runs or not; returns what is in it.

    Raises:
        NotFoundError: there is no chain.
        ConfigError: ``target`` exists and ``replace`` is false.
        StorageError: it cannot be written.
    """
    return {"file": str(target), **snapshot.save(service_files(settings).chain, target, replace=replace)}


def load(settings: Settings, source: Path) -> dict[str, Any]:
    """Let the next network go on with the snapshot ``source``; returns what is in it, and where the last is.

    Raises:
        UnavailableError: the network runs.
        NotFoundError, ConfigError: ``source`` is missing or no usable chain; everything is as before.
        StorageError: it cannot be copied.
    """
    files = service_files(settings)
    try:
        with hold(files.lock, busy="the network is running, and a chain is loaded for the next one"):
            found, moved = snapshot.load(source, files.chain, files.chain_before)
    except UnavailableError as error:
        raise UnavailableError(error.message, hint="stop it first: sniperforge localnet down") from None
    return {"file": str(source), **found, "aside": str(files.chain_before) if moved else None}


def describe(source: Path) -> dict[str, Any]:
    """What is in the snapshot ``source``. Raises ``NotFoundError`` or ``ConfigError``."""
    return {"file": str(source), **snapshot.describe(source)}


def warp(settings: Settings, *, slots: int | None = None, seconds: int | None = None) -> dict[str, int]:
    """Let ``slots`` pass at once, or as many as ``seconds`` have; where the network is then.

    Raises:
        UnavailableError: none runs.
        RpcError: it refuses the number.
    """
    much: int | dict[str, int] = {"seconds": seconds or 0} if slots is None else slots
    told = control.warp(service_files(settings), much)
    if told is None:
        raise UnavailableError("this project's embedded network is not running", hint=UP_HINT)
    return {"slot": told["slot"], "block_height": told["blockHeight"], "block_time": told["blockTime"]}
