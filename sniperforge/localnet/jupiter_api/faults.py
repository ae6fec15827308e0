"""What the API answers when it does not do what was asked: a status, and the body that Jupiter sends."""

from __future__ import annotations

from typing import Any

from sniperforge.errors import RefusedError


class ApiError(RefusedError):
    """A request that is answered with an error body.

    Args:
        status: of HTTP.
        body: the JSON document.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("error") or body.get("message")), details={"status": status})
        self.status = status
        self.body = body


def bad_request(error: str, code: str | None = None) -> ApiError:
    """400 ``{"error", "errorCode"?}``, as ``/swap/v1`` answers."""
    return ApiError(400, {"error": error} if code is None else {"error": error, "errorCode": code})


def not_tradable(mint: str) -> ApiError:
    """A mint that no pool holds."""
    return bad_request(f"The token {mint} is not tradable", "TOKEN_NOT_TRADABLE")


def no_routes() -> ApiError:
    """No pools connect the two mints."""
    return bad_request("No routes found", "NO_ROUTES_FOUND")


def no_route() -> ApiError:
    """Pools connect the mints, and none takes this amount now."""
    return bad_request("Could not find any route", "COULD_NOT_FIND_ANY_ROUTE")


def unsupported(name: str) -> ApiError:
    """An option that would change what is built, and that the embedded network does not know."""
    return bad_request(f"{name} is not supported by the embedded network", "NOT_SUPPORTED")


def gateway(status: int, message: str) -> ApiError:
    """An answer of the gateway in front of every product: ``{"code", "message"}``."""
    return ApiError(status, {"code": status, "message": message})
