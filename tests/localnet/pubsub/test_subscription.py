"""What subscriptions want."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.pubsub.outbox import Outbox
from sniperforge.localnet.pubsub.subscription import (
    ALL,
    SUBSCRIBE,
    UNSUBSCRIBE,
    Interest,
    Subscription,
    parse_interest,
)
from tests.localnet.kit import Bench, address

VM = Bench().ledger.vm
SIGNATURE = "2" * 88


@pytest.mark.parametrize(
    ("method", "params", "kind", "topic", "commitment"),
    [
        ("accountSubscribe", [address(1)], "account", address(1), "finalized"),
        ("accountSubscribe", [address(1), {"commitment": "processed"}], "account", address(1), "processed"),
        (
            "programSubscribe",
            [address(1), {"filters": [{"dataSize": 1}]}],
            "program",
            address(1),
            "finalized",
        ),
        ("logsSubscribe", ["all"], "logs", ALL, "finalized"),
        ("logsSubscribe", ["allWithVotes", None], "logs", ALL, "finalized"),
        (
            "logsSubscribe",
            [{"mentions": [address(1)]}, {"commitment": "confirmed"}],
            "logs",
            address(1),
            "confirmed",
        ),
        ("signatureSubscribe", [SIGNATURE], "signature", SIGNATURE, "finalized"),
        ("slotSubscribe", [], "slot", ALL, "processed"),
        ("rootSubscribe", [], "root", ALL, "finalized"),
    ],
)
def test_requests_become_interests(
    method: str, params: list[Any], kind: str, topic: str, commitment: str
) -> None:
    """Kind, topic and commitment; finalized is the default."""
    interest = parse_interest(VM, method, params)
    assert (interest.kind, interest.topic, interest.commitment) == (kind, topic, commitment)


def test_the_received_option_is_read() -> None:
    """Off by default."""
    assert parse_interest(VM, "signatureSubscribe", [SIGNATURE]).received is False
    assert parse_interest(
        VM, "signatureSubscribe", [SIGNATURE, {"enableReceivedNotification": True}]
    ).received


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("accountSubscribe", []),
        ("accountSubscribe", ["x"]),
        ("accountSubscribe", [address(1), {"encoding": "xml"}]),
        ("programSubscribe", [address(1), {"filters": ["x"]}]),
        ("logsSubscribe", ["some"]),
        ("logsSubscribe", [{"mentions": []}]),
        ("logsSubscribe", [{"mentions": [address(1), address(2)]}]),
        ("logsSubscribe", [5]),
        ("signatureSubscribe", ["x"]),
        ("signatureSubscribe", [SIGNATURE, {"commitment": "max"}]),
    ],
)
def test_wrong_requests_are_refused(method: str, params: list[Any]) -> None:
    """With -32602."""
    with pytest.raises(RpcError) as error:
        parse_interest(VM, method, params)
    assert error.value.rpc_code == -32602


def test_every_kind_can_be_left_again() -> None:
    """Each subscribe has its unsubscribe."""
    assert {name.replace("Unsubscribe", "Subscribe") for name in UNSUBSCRIBE} == set(SUBSCRIBE)


def test_a_notification_is_json() -> None:
    """Method by kind, result as given, the subscription's number."""
    outbox = Outbox(lambda: None)
    Subscription(12, Interest("root", ALL, "finalized"), outbox).tell(b"77")
    assert json.loads(outbox.take() or b"") == {
        "jsonrpc": "2.0",
        "method": "rootNotification",
        "params": {"result": 77, "subscription": 12},
    }
