"""Reads the configuration once, into a frozen tree that says where each value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from sniperforge.config.layers import Layers, scalar_keys
from sniperforge.config.model import Config
from sniperforge.config.nearest import did_you_mean
from sniperforge.config.network import NetworkConfig
from sniperforge.config.packaged import default_text, file_names
from sniperforge.config.problems import config_error
from sniperforge.config.root import Root, find_root
from sniperforge.errors import ConfigError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "SNIPERFORGE_"
_OTHER_FILES: Final = (f"{PREFIX}NETWORKS__", f"{PREFIX}BOTS__")

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything configured for one run of one command.

    Attributes:
        config: the main file.
        network: the selected network's file.
        network_name: its name: the file's name without ``.toml``.
        root: where the project is.
        state_dir, logs_dir, wallets_dir: absolute folders; they may not exist yet.
        origins: dotted key to origin, for values that are not defaults; network keys start with
            ``networks.<name>.``.
        secret_keys: dotted keys that took a value out of the environment.
        env: the environment it was loaded with, for bot files.
    """

    config: Config
    network: NetworkConfig
    network_name: str
    root: Root
    state_dir: Path
    logs_dir: Path
    wallets_dir: Path
    origins: Mapping[str, str]
    secret_keys: frozenset[str]
    env: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Settings(network_name={self.network_name!r}, root={str(self.root.path)!r})"

    @property
    def kill_file(self) -> Path:
        """The file that stops entries while it is there."""
        return _folder(self.root, self.config.limits.kill_file)

    def require_block_engine(self, chosen: str | None = None) -> None:
        """Raise ``ConfigError`` when trades are to go to block engines and the network has none.

        Args:
            chosen: ``--mev`` of one command; ``None`` for what the configuration says of all trades.
        """
        mev, name = chosen or self.config.execution.mev, self.network_name
        if mev != "none" and not self.network.block_engine_urls:
            said, other = f'execution.mev is "{mev}"', 'mev = "none"'
            if chosen is not None:
                said, other = f"--mev {mev}", "--mev none"
            raise ConfigError(
                f"{said}, and network {name} has no block engine",
                hint=f"set block_engine_urls in networks/{name}.toml, or {other}",
                details={"key": "execution.mev", "value": mev, "network": name},
            )

    def trading_mode(self, *, live: bool = False, paper: bool = False) -> str:
        """``live`` or ``paper``, given the command's ``--live`` and ``--paper``.

        Off mainnet trades are live unless ``--paper``; on mainnet they are on paper until the
        configuration says ``live = true`` and the command says ``--live``.

        Raises:
            UsageError: both options.
            RefusedError: ``--live`` on mainnet without ``live = true``.
        """
        if live and paper:
            raise UsageError("--live and --paper exclude each other")
        if self.network.chain != "mainnet":
            return "paper" if paper else "live"
        if live and not self.config.live:
            raise RefusedError(
                "mainnet trades on paper: the configuration does not say live = true",
                hint=f"write `live = true` in {self.root.config_file} once you mean it",
            )
        return "live" if live else "paper"


def load(
    *,
    config: str | None = None,
    options: Mapping[str, tuple[str, Any]] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Settings:
    """Read the main file and the selected network's, under option > environment > file > default.

    Args:
        config: value of ``--config``.
        options: per dotted key the option's name and its value, for example
            ``{"network": ("--network", "devnet")}``.
        env: the environment; the process's own when absent.
        cwd: the working folder; the process's own when absent.

    Raises:
        ConfigError: naming file, line, key, value and the nearest valid key.
    """
    environment = dict(os.environ if env is None else env)
    root = find_root(config, env=environment, cwd=Path.cwd() if cwd is None else cwd)
    layers = Layers()
    if root.config_file.is_file():
        layers.add_file(root.config_file)
    layers.add_environment(Config, _main_variables(environment), PREFIX)
    for key, (option, value) in (options or {}).items():
        layers.set(tuple(key.split(".")), value, f"option {option}")
    layers.expand(environment)
    main = _validated(Config, layers)
    _check_network_name(root, main.network, layers, environment)
    network, network_layers = load_network(root, main.network, environment)
    prefix = f"networks.{main.network}."
    return Settings(
        config=main,
        network=network,
        network_name=main.network,
        root=root,
        state_dir=_folder(root, main.paths.state),
        logs_dir=_folder(root, main.paths.logs),
        wallets_dir=_folder(root, main.paths.wallets),
        origins=_dotted(layers) | {prefix + key: value for key, value in _dotted(network_layers).items()},
        secret_keys=frozenset(
            {".".join(key) for key in layers.secret_keys}
            | {prefix + ".".join(key) for key in network_layers.secret_keys}
        ),
        env=environment,
    )


def load_bot(settings: Settings, name: str, model: type[M]) -> tuple[M, dict[str, str]]:
    """A bot's own file ``bots/<name>.toml`` as ``model``, and the origins of what is not a default.

    Raises:
        ConfigError: the file is invalid, or its ``trade_sol`` is above ``limits.max_trade_sol``.
    """
    layers = _file_layers(settings.root, "bots", name)
    layers.add_environment(model, settings.env, f"{PREFIX}BOTS__{_variable_part(name)}__")
    layers.expand(settings.env)
    bot = _validated(model, layers)
    trade, most = getattr(bot, "trade_sol", None), settings.config.limits.max_trade_sol
    if trade is not None and trade > most:
        origin = layers.origins.get(("trade_sol",), layers.source)
        raise ConfigError(
            f"{origin}: trade_sol ({trade}) is greater than limits.max_trade_sol ({most})",
            hint="lower trade_sol, or raise the limit if you mean it",
            details={"key": "trade_sol"},
        )
    return bot, _dotted(layers)


def load_network(root: Root, name: str, env: Mapping[str, str]) -> tuple[NetworkConfig, Layers]:
    """One network's file, and the layers it was made from. Raises ``ConfigError``."""
    layers = _file_layers(root, "networks", name)
    layers.add_environment(NetworkConfig, env, f"{PREFIX}NETWORKS__{_variable_part(name)}__")
    layers.expand(env)
    return _validated(NetworkConfig, layers), layers


def _check_network_name(root: Root, name: str, main: Layers, env: Mapping[str, str]) -> None:
    known = file_names(root, "networks")
    if name not in known:
        origin = main.origins.get(("network",), main.source)
        raise ConfigError(
            f"{origin}: no network {name!r}: there is no file {root.config_dir / 'networks' / name}.toml",
            hint=did_you_mean(name, known) or f"known networks: {', '.join(known)}",
            details={"key": "network", "value": name, "known": list(known)},
        )
    _check_variable_names(env, f"{PREFIX}NETWORKS__", known)
    _check_variable_names(env, f"{PREFIX}BOTS__", file_names(root, "bots"))


def _file_layers(root: Root, folder: str, name: str) -> Layers:
    layers = Layers()
    own = root.config_dir / folder / f"{name}.toml"
    if own.is_file():
        layers.add_file(own)
    elif text := default_text(f"{folder}/{name}.toml"):
        layers.add_text(text, f"built-in {folder}/{name}.toml")
    return layers


def _validated(model: type[M], layers: Layers) -> M:
    try:
        return model.model_validate(layers.values)
    except ValidationError as error:
        raise config_error(error, model, layers) from None


def _main_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Variables meant for the main file: other uses of the prefix (passwords, fixtures) are left alone."""
    known = [PREFIX + "__".join(key).upper() for key, _ in scalar_keys(Config)]
    return {
        name: value
        for name, value in env.items()
        if name.startswith(PREFIX)
        and not name.startswith(_OTHER_FILES)
        and (name in known or "__" in name or get_close_matches(name, known, n=1, cutoff=0.9))
    }


def _check_variable_names(env: Mapping[str, str], prefix: str, known: tuple[str, ...]) -> None:
    parts = {_variable_part(name) for name in known}
    for variable in sorted(env):
        part = variable.removeprefix(prefix).partition("__")[0]
        if variable.startswith(prefix) and part not in parts:
            raise ConfigError(
                f"env {variable}: there is no file for {part.lower()}",
                hint=did_you_mean(part, parts),
                details={"variable": variable},
            )


def _variable_part(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).upper()


def _folder(root: Root, text: str) -> Path:
    return (root.path / Path(text).expanduser()).absolute()


def _dotted(layers: Layers) -> dict[str, str]:
    return {".".join(key): origin for key, origin in layers.origins.items()}
