"""Every error this package raises on purpose, drawn as a tree; the class says what the caller can do.

::

    SniperForgeError           1  internal      a bug, or nothing more exact is known
    ├── StorageError           1  internal      a file or database cannot be written or read
    ├── UsageError             2  usage         the command line is wrong
    ├── ConfigError            3  config        a configuration, state or key file is invalid
    │   └── DecodeError        3  config        bytes are not what they were said to be
    ├── RefusedError           4  refused       a safety limit or a risk check said no; nothing was sent
    ├── WalletBusyError        5  wallet_busy   another process trades this wallet
    ├── UnavailableError       6  unavailable   a service is unreachable or rate limited; a retry may help
    │   └── RpcError           6  unavailable   the node answered with an error of its own
    ├── RejectedError          7  rejected      the chain refused the transaction
    ├── UnknownOutcomeError    8  unknown       sent; neither landed nor dead yet
    └── NotFoundError          9  not_found     no such wallet, order, bot, pool, backup or mint

Adapters translate foreign exceptions into these once, at their edge. A message never holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class SniperForgeError(Exception):
    """Base of all: a message for people, a stable code and exit code for scripts.

    Args:
        message: what is wrong and where.
        hint: what to do about it; may be empty.
        details: facts for the JSON document; values must be JSON-serialisable.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = dict(details or {})


class StorageError(SniperForgeError):
    """A file or database cannot be read or written: full disk, read-only folder, network file system."""


class UsageError(SniperForgeError):
    """The command line is wrong."""

    code = "usage"
    exit_code = 2


class ConfigError(SniperForgeError):
    """A configuration, strategy, state or key file is invalid, a password wrong, or the chain another one."""

    code = "config"
    exit_code = 3


class DecodeError(ConfigError):
    """Bytes or JSON are not the account, event or transaction that they were said to be."""


class RefusedError(SniperForgeError):
    """A safety limit or a risk check said no. Nothing was sent."""

    code = "refused"
    exit_code = 4


class WalletBusyError(SniperForgeError):
    """Another process trades this wallet and did not take the request."""

    code = "wallet_busy"
    exit_code = 5


class UnavailableError(SniperForgeError):
    """RPC, Jupiter or another service is unreachable or rate limited. A later retry may succeed."""

    code = "unavailable"
    exit_code = 6


class RpcError(UnavailableError):
    """The node answered with a JSON-RPC error.

    Args:
        message: the node's own words.
        rpc_code: the JSON-RPC error code, for example -32002.
        data: the error's ``data`` member, ``None`` when absent.
    """

    def __init__(self, message: str, *, rpc_code: int, data: Any = None, hint: str = "") -> None:
        super().__init__(message, hint=hint, details={"rpc_code": rpc_code})
        self.rpc_code = rpc_code
        self.data = data


class RejectedError(SniperForgeError):
    """The chain refused the transaction; the program's error is named."""

    code = "rejected"
    exit_code = 7


class UnknownOutcomeError(SniperForgeError):
    """A transaction was sent and has neither landed nor died yet. Its signature is in the journal."""

    code = "unknown"
    exit_code = 8


class NotFoundError(SniperForgeError):
    """No such wallet, order, bot, pool, backup or mint."""

    code = "not_found"
    exit_code = 9
