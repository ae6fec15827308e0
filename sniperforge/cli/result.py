"""What a command returns: data for scripts and, made only when asked for, a view for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.errors import SniperForgeError


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one command.

    Attributes:
        data: the document's ``data``; a list command has one key, the plural noun. Values may be JSON
            values, ``Decimal``, paths, or objects with ``to_json()``.
        human: makes the view for people: text, a rich renderable, or a list of them.
        warnings: what went wrong without making the outcome false.
        network: name of the network, ``None`` when no network was involved.
        chain: ``localnet``, ``devnet``, ``testnet`` or ``mainnet``; by default the same as ``network``.
        mode: ``live`` or ``paper``.
        wallet: public key, ``None`` when no wallet was involved.
        error: the data holds, but the claim does not: sets ``ok`` and the exit code.
    """

    data: Mapping[str, Any]
    human: Callable[[], object]
    warnings: tuple[str, ...] = ()
    network: str | None = None
    chain: str | None = None
    mode: str | None = None
    wallet: str | None = None
    error: SniperForgeError | None = None

    @property
    def banner(self) -> str | None:
        """The first line of the human view, which says where money is at stake; ``None`` off any network."""
        if self.network is None:
            return None
        chain = self.chain or self.network
        return f"MAINNET {(self.mode or 'paper').upper()}" if chain == "mainnet" else chain.upper()
