"""What both HTTP transports have in common: headers, and what a rate limiter asks for."""

from __future__ import annotations

import pytest

from sniperforge.chain.http_endpoint import endpoint_of, request_headers, retry_after
from sniperforge.errors import UnavailableError


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", "", 0.0),
        (" 12 ", "", 12.0),
        ("Fri, 20 Nov 2026 10:00:30 GMT", "Fri, 20 Nov 2026 10:00:00 GMT", 30.0),
        ("Fri, 20 Nov 2026 10:00:00 GMT", "Fri, 20 Nov 2026 10:00:30 GMT", 0.0),
        ("Fri, 20 Nov 2026 10:00:30 GMT", "", None),
        ("Fri, 20 Nov 2026 10:00:30 GMT", "Fri, 20 Nov 2026 10:00:00 -0000", None),
        ("", "", None),
        ("-1", "", None),
        ("soon", "", None),
        ("²", "", None),
    ],
)
def test_retry_after_reads_seconds_and_dates(value: str, date: str, seconds: float | None) -> None:
    """Both forms of RFC 9110 count; anything else is as good as absent."""
    assert retry_after({"retry-after": value, "date": date}) == seconds


def test_retry_after_may_be_absent() -> None:
    """Most replies have no such header."""
    assert retry_after({}) is None


def test_a_user_part_becomes_basic_authorization() -> None:
    """An endpoint behind a password works, whichever library asks; escaped characters are undone."""
    headers = request_headers("https://user:p%40ss@node.example/", None)
    assert headers["authorization"] == "Basic dXNlcjpwQHNz"


def test_without_a_user_part_nothing_is_authorized() -> None:
    """An at-sign in the path is no user part, and the caller's headers win."""
    headers = request_headers("https://node.example/a@b", {"user-agent": "mine", "x-token": "T"})
    assert "authorization" not in headers
    assert (headers["user-agent"], headers["x-token"]) == ("mine", "T")


def test_an_error_may_come_with_400() -> None:
    """JSON in it is an answer, the caller reads it; a page in it is a refusal like any other."""
    endpoint = endpoint_of("http://node.example/", timeout=1, connect_timeout=1, max_bytes=10)
    assert endpoint.checked(b' {"error":1}', {}, 400) == b' {"error":1}'
    for status, said in ((400, "HTTP 400"), (200, "text/html")):
        with pytest.raises(UnavailableError, match=said):
            endpoint.checked(b"<html>", {"content-type": "text/html"}, status)
