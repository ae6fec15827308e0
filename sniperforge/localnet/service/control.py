"""What other commands do with a network service: start it detached, find it, ask it, stop it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any, Final

from sniperforge.coordination.process import is_running
from sniperforge.errors import NotFoundError, UnavailableError
from sniperforge.files import PRIVATE, make_folder, storage_errors
from sniperforge.localnet.service.client import call
from sniperforge.localnet.service.info import NetworkInfo, read_info
from sniperforge.localnet.service.lock import hold
from sniperforge.telemetry.masking import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sniperforge.localnet.service.files import ServiceFiles

START_SECONDS: Final = 20.0
STOP_SECONDS: Final = 6.0
KILL_SECONDS: Final = 2.0
WARP_SECONDS: Final = 60.0
LOG_TAIL_BYTES: Final = 2_000

_POLL_SECONDS: Final = 0.02
_HINT: Final = "start one with `sniperforge localnet up --detach`"


def find_running(files: ServiceFiles) -> NetworkInfo | None:
    """The network that these files name, when its process lives and it answers with its genesis hash.

    Raises:
        ConfigError: the file is not what a network writes.
    """
    info = read_info(files.info)
    if info is None or is_running(info.pid, info.process) is False:
        return None
    try:
        genesis = call(info.rpc_url, "getGenesisHash")
    except UnavailableError:
        return None
    return info if genesis == info.genesis_hash else None


def up_detached(
    files: ServiceFiles, command: Sequence[str], *, seconds: float = START_SECONDS
) -> tuple[NetworkInfo, bool]:
    """The running network, started when there is none; the flag says whether it was started now.

    Two calls at once yield one network.

    Args:
        files: as the started command will use them.
        command: argv of a process that runs :func:`~.foreground.up_foreground` with these files.
        seconds: how long it may take to serve.

    Raises:
        UnavailableError: it ended or did not serve in time; says the end of its log.
    """
    busy = "another start of the network is still under way"
    with hold(files.start_lock, busy=busy, patience_seconds=seconds + KILL_SECONDS):
        running = find_running(files)
        if running is not None:
            return running, False
        pid = _spawn(files, command)
        return _wait_for_start(files, pid, time.monotonic() + seconds), True


def down(files: ServiceFiles) -> NetworkInfo | None:
    """Stop the network: SIGTERM, and SIGKILL when it has not ended after 6 s. ``None`` when none ran.

    Raises:
        UnavailableError: it runs in another container, or survives.
        ConfigError: the file is not what a network writes.
    """
    info = read_info(files.info)
    if info is None:
        return None
    if is_running(info.pid, info.process) is None:
        raise UnavailableError(f"the network (pid {info.pid}) runs in another container of this machine")
    stopped = _end(info)
    files.info.unlink(missing_ok=True)
    return info if stopped else None


def status(files: ServiceFiles) -> dict[str, Any] | None:
    """The running network's facts with how far it is and whether it has faults; ``None`` when none runs.

    Raises:
        ConfigError: the file is not what a network writes.
    """
    info = find_running(files)
    if info is None:
        return None
    epoch = call(info.rpc_url, "getEpochInfo", [{"commitment": "processed"}])
    return {
        **info.to_json(),
        "slot": epoch["absoluteSlot"],
        "block_height": epoch["blockHeight"],
        "transactions": epoch["transactionCount"],
        "faults": call(info.rpc_url, "sniperforge_getFaults")["active"],
    }


def fund(files: ServiceFiles, address: str, lamports: int) -> str:
    """Give ``lamports`` to ``address`` from the faucet; returns the transaction's signature.

    Raises:
        NotFoundError: no network runs.
        RpcError: it refuses, for example a malformed address.
    """
    info = find_running(files)
    if info is None:
        raise NotFoundError("no embedded network is running", hint=_HINT)
    return str(call(info.rpc_url, "requestAirdrop", [address, lamports]))


def warp(files: ServiceFiles, much: int | dict[str, int]) -> dict[str, int] | None:
    """Let slots, or ``{"seconds": S}``, pass at once; where the network is then, ``None`` when none runs.

    Raises:
        RpcError: the network refuses the number.
        ConfigError: the file is not what a network writes.
    """
    info = find_running(files)
    if info is None:
        return None
    told: dict[str, int] = call(info.rpc_url, "sniperforge_warp", [much], timeout_seconds=WARP_SECONDS)
    return told


def ask_faults(
    files: ServiceFiles,
    settings: Mapping[str, Any] | None = None,
    *,
    clear: bool = False,
    endpoint: int | None = None,
) -> dict[str, Any] | None:
    """The running network's faults, after setting or clearing them; ``None`` when none runs.

    Args:
        files: where the network is found.
        settings: by name, ``profile`` among them; ``None`` changes nothing.
        clear: end all faults instead.
        endpoint: number of the endpoint that is meant, from 1; ``None`` for all.

    Raises:
        RpcError: the network refuses the settings, or has no such endpoint.
        ConfigError: the file is not what a network writes.
    """
    info = find_running(files)
    if info is None:
        return None
    told: dict[str, Any]
    where = {} if endpoint is None else {"endpoint": endpoint}
    if clear:
        told = call(info.rpc_url, "sniperforge_clearFaults", [where])
    elif settings is None:
        told = call(info.rpc_url, "sniperforge_getFaults")
    else:
        told = call(info.rpc_url, "sniperforge_setFaults", [{**settings, **where}])
    return told


def _spawn(files: ServiceFiles, command: Sequence[str]) -> int:
    make_folder(files.log.parent)
    files.info.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with storage_errors("start a process that writes", files.log):
        return os.posix_spawnp(
            command[0],
            list(command),
            _environment(),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(files.log), flags, PRIVATE),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )


def _environment() -> dict[str, str]:
    """The environment without secrets: a network that outlives this command has no use for them."""
    return {name: value for name, value in os.environ.items() if not is_secret_name(name)}


def _wait_for_start(files: ServiceFiles, pid: int, deadline: float) -> NetworkInfo:
    while time.monotonic() < deadline:
        info = read_info(files.info)
        if info is not None and info.pid == pid:
            return info
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended:
            raise _failed(
                files, f"the network ended at once with exit code {os.waitstatus_to_exitcode(code)}"
            )
        time.sleep(_POLL_SECONDS)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise _failed(files, "the network did not serve in time")


def _failed(files: ServiceFiles, reason: str) -> UnavailableError:
    tail = files.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
    said = f"; it said:\n{tail}" if tail else ""
    return UnavailableError(
        f"{reason}{said}", hint=f"its log is {files.log}", details={"log": str(files.log)}
    )


def _end(info: NetworkInfo) -> bool:
    def alive() -> bool:
        return is_running(info.pid, info.process) is True

    if not alive():
        return False
    os.kill(info.pid, signal.SIGTERM)
    if _gone(alive, STOP_SECONDS):
        return True
    os.kill(info.pid, signal.SIGKILL)
    if _gone(alive, KILL_SECONDS):
        return True
    raise UnavailableError(f"the network (pid {info.pid}) cannot be stopped")


def _gone(alive: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
