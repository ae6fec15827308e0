from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from sniperforge.cli import signals
from sniperforge.cli.signals import Interrupted, raise_on_sigterm, run_async

PROGRAM = """
import asyncio, sys
from sniperforge.cli import table
from sniperforge.cli.main import main
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result
from sniperforge.cli.signals import run_async

app = command_app("Probe.")
{function}
app.command()(probe)
table.COMMANDS["probe"] = table.Command("__main__", "probe")
sys.exit(main(["probe", "--json"]))
"""

CLEAN = """
async def work():
    print("ready", file=sys.stderr, flush=True)
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(0)
        return Result({"stopped": "cleanly"}, lambda: "bye")

def probe() -> Result:
    return run_async(work())
"""
STUBBORN = """
import time

async def work():
    print("ready", file=sys.stderr, flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        print("stopping", file=sys.stderr, flush=True)
        time.sleep(60)

def probe() -> Result:
    return run_async(work(), stop_seconds=SECONDS)
"""
SYNCHRONOUS = """
import time

def probe() -> Result:
    print("ready", file=sys.stderr, flush=True)
    time.sleep(60)
"""


def start(function: str) -> subprocess.Popen[str]:
    program = PROGRAM.format(function=textwrap.dedent(function))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("function", "kept"), [(CLEAN, '"stopped": "cleanly"'), (SYNCHRONOUS, '"interrupted"')]
)
def test_a_signal_ends_the_real_command(signum: int, code: int, function: str, kept: str) -> None:
    """With or without an event loop: exit 130 or 143, one document, no traceback."""
    process = start(function)
    process.send_signal(signum)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert kept in out
    assert f'"exit_code": {code}' in out
    assert "Traceback" not in err


def test_a_second_signal_ends_at_once() -> None:
    """Even while the clean stop hangs in blocking code."""
    process = start(STUBBORN.replace("SECONDS", "30"))
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    assert process.stderr.readline() == "stopping\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, "second signal" in err) == (130, True)


def test_a_stop_that_takes_too_long_is_cut() -> None:
    """The process ends by itself once the time for a clean stop is over."""
    process = start(STUBBORN.replace("SECONDS", "0.2"))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, "took too long" in err) == (143, True)


def test_without_a_signal_the_outcome_is_returned() -> None:
    """Handlers are put back, and a coroutine's own cancellation is its own."""
    before = signal.getsignal(signal.SIGTERM)

    async def cancelled() -> None:
        raise asyncio.CancelledError

    assert run_async(asyncio.sleep(0, "done")) == "done"
    assert signal.getsignal(signal.SIGTERM) is before
    with pytest.raises(asyncio.CancelledError):
        run_async(cancelled())


@pytest.mark.parametrize("uses_uvloop", [False, True])
def test_a_signal_cancels_and_keeps_the_outcome(uses_uvloop: bool) -> None:
    """What the coroutine returns from its clean-up is carried, on either event loop."""
    factory = pytest.importorskip("uvloop").new_event_loop if uses_uvloop else None

    async def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "tidy"
        return "late"

    with pytest.raises(Interrupted) as caught:
        run_async(work(), loop_factory=factory)
    assert (caught.value.outcome, caught.value.exit_code) == ("tidy", 143)


def test_a_coroutine_that_does_not_mind_is_just_cancelled() -> None:
    """Nothing to say means no outcome."""

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    with pytest.raises(Interrupted) as caught:
        run_async(work())
    assert (caught.value.outcome, caught.value.exit_code) == (None, 130)


def test_sigterm_is_an_exception_outside_a_loop() -> None:
    """Code without an event loop unwinds too."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        raise_on_sigterm()
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_hard_end_skips_clean_up(
    signum: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The second signal leaves by the shortest way, with the signal's code and a line on stderr."""
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signum)
        await asyncio.sleep(60)

    with pytest.raises(Interrupted):
        run_async(work())
    assert codes == [128 + signum]
    assert "second signal" in capfd.readouterr().err
    assert signals.STOP_SECONDS == 10
