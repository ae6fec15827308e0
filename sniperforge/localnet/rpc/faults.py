"""The errors of a validator's JSON-RPC: codes, and one constructor for each that is answered here.

Every error carries ``data`` where a client library cannot do without it: solders aborts on -32002,
-32005 and -32016 when it is missing.
"""

from __future__ import annotations

from typing import Any, Final

from sniperforge.errors import RpcError

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
BLOCK_CLEANED_UP: Final = -32001
PREFLIGHT_FAILURE: Final = -32002
SIGNATURE_FAILURE: Final = -32003
BLOCK_NOT_AVAILABLE: Final = -32004
SLOT_SKIPPED: Final = -32007
NO_SNAPSHOT: Final = -32008
UNSUPPORTED_VERSION: Final = -32015
MIN_CONTEXT_SLOT: Final = -32016


def invalid_params(message: str) -> RpcError:
    """-32602 with ``message``."""
    return RpcError(message, rpc_code=INVALID_PARAMS)


def invalid_request(message: str) -> RpcError:
    """-32600 with ``message``."""
    return RpcError(message, rpc_code=INVALID_REQUEST)


def preflight_failure(message: str, data: dict[str, Any]) -> RpcError:
    """-32002; ``data`` is a ``simulateTransaction`` result."""
    return RpcError(message, rpc_code=PREFLIGHT_FAILURE, data=data)


def signature_failure() -> RpcError:
    """-32003."""
    return RpcError("Transaction signature verification failure", rpc_code=SIGNATURE_FAILURE)


def unsupported_version() -> RpcError:
    """-32015: a version 0 transaction for a client that did not say it can read one."""
    return RpcError(
        "Transaction version (0) is not supported by the requesting client. Please try the request again "
        'with the following configuration parameter: "maxSupportedTransactionVersion": 0',
        rpc_code=UNSUPPORTED_VERSION,
    )


def slot_not_reached(slot: int) -> RpcError:
    """-32016 with the slot that the node is at."""
    return RpcError(
        "Minimum context slot has not been reached", rpc_code=MIN_CONTEXT_SLOT, data={"contextSlot": slot}
    )


def block_not_available(slot: int) -> RpcError:
    """-32004: a slot yet to come, or one below the commitment asked for."""
    return RpcError(f"Block not available for slot {slot}", rpc_code=BLOCK_NOT_AVAILABLE)


def slot_skipped(slot: int) -> RpcError:
    """-32007."""
    return RpcError(
        f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot", rpc_code=SLOT_SKIPPED
    )


def no_snapshot() -> RpcError:
    """-32008: this network writes none."""
    return RpcError("No snapshot", rpc_code=NO_SNAPSHOT)


def block_cleaned_up(slot: int, first: int) -> RpcError:
    """-32001: older than what is kept."""
    return RpcError(
        f"Block {slot} cleaned up, does not exist on node. First available block: {first}",
        rpc_code=BLOCK_CLEANED_UP,
    )


def subscriptions_full(limit: int) -> RpcError:
    """-32603, in a validator's words for its limit of the whole node."""
    return RpcError(
        f"Internal Error: Subscription refused. Connection subscription limit of {limit} reached",
        rpc_code=INTERNAL_ERROR,
    )


def error_body(error: RpcError) -> dict[str, Any]:
    """The ``error`` member of a response."""
    body: dict[str, Any] = {"code": error.rpc_code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return body
