"""The options that every command takes, lifted out of the arguments wherever they stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """What the common options say.

    Attributes:
        config: file or folder given with ``--config``.
        network, wallet: names; ``None`` leaves the choice to the configuration.
        json: one JSON document on stdout instead of text.
        yes: answer yes to questions.
        quiet: no progress or warnings on stderr.
        verbose: how many ``-v``.
    """

    config: str | None = None
    network: str | None = None
    wallet: str | None = None
    json: bool = False
    yes: bool = False
    quiet: bool = False
    verbose: int = 0


_VALUES: Final = {"--config": "config", "--network": "network", "-u": "network", "--wallet": "wallet"}
_FLAGS: Final[dict[str, Callable[[Options], Options]]] = {
    "--json": lambda options: replace(options, json=True),
    "--yes": lambda options: replace(options, yes=True),
    "-y": lambda options: replace(options, yes=True),
    "--quiet": lambda options: replace(options, quiet=True, verbose=0),
    "-q": lambda options: replace(options, quiet=True, verbose=0),
    "--verbose": lambda options: replace(options, quiet=False, verbose=options.verbose + 1),
    "-v": lambda options: replace(options, quiet=False, verbose=options.verbose + 1),
    "--localnet": lambda options: replace(options, network="localnet"),
    "--devnet": lambda options: replace(options, network="devnet"),
    "--mainnet": lambda options: replace(options, network="mainnet"),
}
NAMES: Final = (*_VALUES, *_FLAGS)
"""Every spelling of a common option."""

HELP: Final = (
    ("--config PATH", "configuration file, or the folder that holds configs/sniperforge.toml"),
    ("-u, --network NAME", "localnet, devnet, mainnet or a file in configs/networks/"),
    ("--localnet --devnet --mainnet", "short for --network"),
    ("--wallet NAME", "wallet to use instead of the configured one"),
    ("--json", "one JSON document on stdout"),
    ("-y, --yes", "answer yes to questions"),
    ("-q, --quiet / -v, --verbose", "less or more on stderr"),
)
"""What the help says of each."""


def hoist(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """The common options in ``arguments``, and what is left for the command.

    They may stand anywhere before ``--``; of the same option the later wins.

    Raises:
        UsageError: an option without its value, or a flag with one.
    """
    options, rest = Options(), []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word == "--":
            rest += [word, *pending]
            break
        name, equals, value = word.partition("=")
        if name in _VALUES:
            options = _with_value(options, name, value if equals else _next_value(name, pending))
        elif word in _FLAGS:
            options = _FLAGS[word](options)
        elif name in _FLAGS:
            raise UsageError(f"{name} takes no value")
        elif _is_cluster(word):
            for letter in word[1:]:
                options = _FLAGS[f"-{letter}"](options)
        else:
            rest.append(word)
    return options, rest


def _with_value(options: Options, name: str, value: str) -> Options:
    if not value:
        raise UsageError(f"{name} needs a value")
    field: dict[str, Any] = {_VALUES[name]: value}
    return replace(options, **field)


def _next_value(name: str, pending: list[str]) -> str:
    if not pending or (pending[0].startswith("-") and pending[0] != "-"):
        raise UsageError(f"{name} needs a value")
    return pending.pop(0)


def _is_cluster(word: str) -> bool:
    return word[:1] == "-" and len(word) > 2 and all(f"-{letter}" in _FLAGS for letter in word[1:])
