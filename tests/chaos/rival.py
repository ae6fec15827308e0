"""A rival: it tries to take every wallet, from another project folder, as long as it lives."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sniperforge.coordination.wallet_lock import Holder, WalletLock
from sniperforge.errors import WalletBusyError
from tests.chaos.life import claim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOLD_SECONDS = 0.04
PAUSE_SECONDS = 0.25
"""Between two takings: whoever waits for a wallet gets it."""


def haunt(wallets: Sequence[tuple[Path, Path]], say: Callable[[str], None]) -> None:
    """Take ``(lock, witness)`` of each in turn until killed; says ``taken``, ``busy`` or ``clash``.

    A trader that is killed and started again finds the wallet held now and then; none trades meanwhile.
    """
    witnesses = [os.open(witness, os.O_RDWR | os.O_CREAT) for _, witness in wallets]
    while True:
        for (path, _), witness in zip(wallets, witnesses, strict=True):
            say(attempt(path, witness))
        time.sleep(PAUSE_SECONDS)


def attempt(path: Path, witness: int) -> str:
    """One try at one wallet."""
    holder = Holder.this_process(bot="", command="rival", folder=Path("/another/folder"), now=time.time())
    try:
        lock = WalletLock.acquire(path, holder)
    except WalletBusyError:
        return "busy"
    with lock:
        if not claim(witness):
            return "clash"
        time.sleep(HOLD_SECONDS)
        if not lock.still_held():
            return "clash"
        release(witness)
    return "taken"


def release(witness: int) -> None:
    """Free the second file, before the wallet's lock is."""
    import fcntl

    fcntl.flock(witness, fcntl.LOCK_UN)
