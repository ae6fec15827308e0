"""What ``localnet up`` loads from files: programs, recorded accounts, and the moment that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.domain.addresses import USDC_MINT
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.localnet.genesis import Genesis


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a network continues from; the empty one is a network of its own.

    Attributes:
        programs: ``(address, ELF file)``.
        accounts: files of recorded accounts, or folders of them.
        clock_slot: first slot, instead of the recording's.
        clock_time: Unix seconds at the first slot, instead of the recording's.
    """

    programs: tuple[tuple[str, Path], ...] = ()
    accounts: tuple[Path, ...] = ()
    clock_slot: int | None = None
    clock_time: int | None = None

    def __bool__(self) -> bool:
        return self != Fork()

    def arguments(self) -> list[str]:
        """The options of ``localnet up`` that say the same, whatever folder they are read in."""
        slot, time = self.clock_slot, self.clock_time
        return [
            *(
                part
                for address, path in self.programs
                for part in ("--program", f"{address}={path.absolute()}")
            ),
            *(part for path in self.accounts for part in ("--account", str(path.absolute()))),
            *(() if slot is None else ("--clock-slot", str(slot))),
            *(() if time is None else ("--clock-time", str(time))),
        ]

    def genesis(self, seed: bytes, *, market: bool) -> Genesis:
        """The beginning of a network that continues from the files.

        Args:
            seed: 32 bytes that no other network has.
            market: whether a simulated market will open on it.

        Raises:
            ConfigError: a file is unreadable or not what it should be, two of them contradict each other, or
                they and the market do.
        """
        from sniperforge.localnet.genesis import Genesis
        from sniperforge.localnet.genesis_files import read_program_file, read_recording
        from sniperforge.localnet.ledger.chain import FIRST_SLOT

        recorded = read_recording(self.accounts)
        programs = [read_program_file(address, path) for address, path in self.programs]
        _check_once([account.address for account in recorded.accounts] + [name for name, _ in programs])
        if market and any(account.address == USDC_MINT for account in recorded.accounts):
            raise ConfigError(
                f"the recorded accounts hold the USDC mint {USDC_MINT}, which the market makes itself",
                hint="leave out --market, or that account and the pools of it",
            )
        slot = recorded.slot if self.clock_slot is None else self.clock_slot
        return Genesis(
            seed,
            accounts=recorded.accounts,
            programs=tuple(programs),
            first_slot=FIRST_SLOT if slot is None else max(slot, 1),
            clock_time=recorded.time if self.clock_time is None else self.clock_time,
        )


def _check_once(addresses: list[str]) -> None:
    seen: set[str] = set()
    for address in addresses:
        if address in seen:
            raise ConfigError(
                f"{address} is given twice: by --program, or by --program and a recorded account"
            )
        seen.add(address)
