"""A process that runs a network with the files of a folder, as ``localnet up`` does: ``FOLDER RPC_PORT [MODE]``.

Modes: ``stubborn`` ignores SIGTERM, ``silent`` never serves, ``noisy`` fails at once with words on stderr.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from sniperforge.errors import SniperForgeError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.service.files import ServiceFiles
from sniperforge.localnet.service.foreground import ServiceOptions, up_foreground


def main(folder: str, port: str, mode: str = "") -> None:
    """Run as told."""
    if mode == "silent":
        time.sleep(60)
    if mode == "noisy":
        sys.exit("this network does not like the weather")
    files = ServiceFiles.in_folder(Path(folder))
    ports = {"rpc_port": int(port), "ws_port": 0, "jupiter_port": 0}
    options = ServiceOptions(files, Genesis(bytes(32)), profile=FAST, **ports)

    def announce(_info: object) -> None:
        if mode == "stubborn":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    try:
        up_foreground(options, announce, now=time.time)
    except SniperForgeError as error:
        sys.exit(f"{type(error).__name__}: {error.message}")


if __name__ == "__main__":
    main(*sys.argv[1:])
