"""``sniperforge alerts test``: what it says of each channel."""

from __future__ import annotations

from tests.trading import Shell

UNREACHABLE = {"SNIPERFORGE_ALERTS__URL": "json://127.0.0.1:1/s3cretT0ken"}


def test_the_console_alone(shell: Shell) -> None:
    """It is delivered, and said that nobody else is told."""
    ran = shell("alerts", "test")
    assert (ran.code, ran.out) == (0, "console     delivered\n")
    assert "ALERT test: SniperForge" in ran.err
    assert "no URL is configured" in ran.err
    assert shell("alerts", "--json").document["warnings"]


def test_no_channel_at_all(shell: Shell) -> None:
    """It is said."""
    off = {"SNIPERFORGE_ALERTS__CONSOLE": "false"}
    assert shell("alerts", "test", env=off).out == "no channel is configured\n"


def test_a_service_that_cannot_be_reached(shell: Shell) -> None:
    """Exit 6 without the URL; one that is none is exit 3."""
    ran = shell("alerts", "test", "--json", env=UNREACHABLE)
    assert ran.code == 6
    assert ran.document["data"]["channels"][1] == {
        "channel": "JSON",
        "delivered": False,
        "text": "JSON could not be reached",
    }
    assert "s3cretT0ken" not in ran.out + ran.err
    assert shell("alerts", "test", env={"SNIPERFORGE_ALERTS__URL": "nonsense"}).code == 3


def test_the_url_is_never_shown(shell: Shell) -> None:
    """Not a part of it: tokens stand where other URLs have a host."""
    shown = shell("config", "show", env={"SNIPERFORGE_ALERTS__URL": "tgram://123456789:abcdefg/1"})
    (line,) = [line for line in shown.out.splitlines() if line.startswith("alerts.url ")]
    assert line.split() == ["alerts.url", '"***"', "env", "SNIPERFORGE_ALERTS__URL"]
    assert "123456789" not in shown.out
    (empty,) = [line for line in shell("config", "show").out.splitlines() if line.startswith("alerts.url ")]
    assert empty.split()[1] == '""'
