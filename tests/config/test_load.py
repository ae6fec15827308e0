from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sniperforge.config.load import Settings, load, load_bot, load_network
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.model import Config
from sniperforge.errors import ConfigError, RefusedError, UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("configs/networks", "configs/bots"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "configs" / "sniperforge.toml").write_text("")
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    (project / "configs" / name).write_text(text)


def test_nothing_at_all_gives_the_defaults(tmp_path: Path) -> None:
    """Without any file the packaged defaults rule, and nothing claims another origin."""
    settings = load(env={"HOME": str(tmp_path)}, cwd=tmp_path)
    assert settings.config == Config()
    assert (settings.network_name, settings.network.chain) == ("localnet", "localnet")
    assert "network" not in settings.origins
    assert settings.state_dir == tmp_path / ".local/share/sniperforge/state"


def test_option_beats_environment_beats_file_beats_default(project: Path) -> None:
    """Precedence holds key by key, and each value names where it came from."""
    write(project, "sniperforge.toml", 'wallet = "f"\nnetwork = "devnet"\nbot = "f"\n')
    env = {"SNIPERFORGE_WALLET": "e", "SNIPERFORGE_NETWORK": "testnet"}
    settings = load(env=env, cwd=project, options={"network": ("--network", "mainnet")})
    assert (settings.config.network, settings.config.wallet, settings.config.bot) == ("mainnet", "e", "f")
    assert settings.config.live is False
    assert settings.origins["network"] == "option --network"
    assert settings.origins["wallet"] == "env SNIPERFORGE_WALLET"
    assert settings.origins["bot"] == f"{project}/configs/sniperforge.toml:3"
    assert "live" not in settings.origins


def test_the_process_environment_is_the_default(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments the process's environment and folder are read."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("SNIPERFORGE_WALLET", "mine")
    settings = load()
    assert (settings.config.wallet, settings.root.path) == ("mine", project)


def test_paths_are_inside_the_project_unless_absolute(project: Path) -> None:
    """Relative folders belong to the project, absolute ones are kept, ``~`` is the home."""
    write(project, "sniperforge.toml", '[paths]\nstate = "s"\nlogs = "/var/x"\nwallets = "~/w"\n')
    settings = load(env={}, cwd=project)
    assert settings.state_dir == project / "s"
    assert settings.logs_dir == Path("/var/x")
    assert settings.wallets_dir == Path("~/w").expanduser()


def test_the_projects_network_file_replaces_the_packaged_one(project: Path) -> None:
    """A network file is read whole; variables override it key by key; secrets are remembered."""
    write(
        project, "networks/devnet.toml", 'chain = "devnet"\nrpc_url = "https://h/${KEY}"\nws_url = "ws://h"\n'
    )
    env = {"KEY": "s3cret", "SNIPERFORGE_NETWORKS__DEVNET__WS_URL": "ws://other"}
    settings = load(env=env, cwd=project, options={"network": ("--devnet", "devnet")})
    assert (settings.network.rpc_url, settings.network.ws_url) == ("https://h/s3cret", "ws://other")
    assert settings.secret_keys == {"networks.devnet.rpc_url"}
    assert settings.origins["networks.devnet.ws_url"] == "env SNIPERFORGE_NETWORKS__DEVNET__WS_URL"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({"SNIPERFORGE_NETWORK": "devnt"}, "no network 'devnt'"),
        ({"SNIPERFORGE_NETWORKS__DEVNT__WS_URL": "ws://h"}, "there is no file for devnt"),
        ({"SNIPERFORGE_BOTS__LP_SNIPR__TRADE_SOL": "1"}, "there is no file for lp_snipr"),
        ({"SNIPERFORGE_LIMITS__MAX": "1"}, "env SNIPERFORGE_LIMITS__MAX"),
        ({"SNIPERFORGE_NETWROK": "devnet"}, "env SNIPERFORGE_NETWROK"),
        ({"SNIPERFORGE_NETWORKS__LOCALNET__RPC_ULR": "x"}, "no such configuration key"),
        ({"SNIPERFORGE_LIVE": "perhaps"}, "env SNIPERFORGE_LIVE: live"),
    ],
)
def test_wrong_variables_are_errors(project: Path, env: dict[str, str], text: str) -> None:
    """No variable of ours is ignored in silence."""
    with pytest.raises(ConfigError, match=text) as caught:
        load(env=env, cwd=project)
    assert caught.value.exit_code == 3


def test_other_uses_of_the_prefix_are_left_alone(project: Path) -> None:
    """Variables that are no configuration, such as a password, do not disturb."""
    env = {"SNIPERFORGE_WALLET_PASSWORD": "x", "SNIPERFORGE_FIXTURES": "y", "SNIPERFORGE_HOME": str(project)}
    assert load(env=env, cwd=project).root.found_by == "SNIPERFORGE_HOME"


def test_a_bots_file_is_loaded_with_its_own_model(project: Path) -> None:
    """Bot files follow the same precedence, with the bot's name in the variable."""
    write(project, "bots/lp-sniper.toml", 'trade_sol = "0.2"\n')
    settings = load(env={"SNIPERFORGE_BOTS__LP_SNIPER__EXITS__MAX_HOLD_SECONDS": "9"}, cwd=project)
    bot, origins = load_bot(settings, "lp-sniper", LpSniperConfig)
    assert (bot.trade_sol, bot.exits.max_hold_seconds) == (Decimal("0.2"), 9)
    assert origins["trade_sol"].endswith("lp-sniper.toml:1")


def test_a_bot_may_not_trade_above_the_limit(project: Path) -> None:
    """A trade size that the limits would always refuse is a contradiction between two files."""
    write(project, "bots/lp-sniper.toml", 'trade_sol = "0.6"\n')
    with pytest.raises(ConfigError, match=r"lp-sniper\.toml:1: trade_sol \(0\.6\) is greater than limits"):
        load_bot(load(env={}, cwd=project), "lp-sniper", LpSniperConfig)


def test_a_network_without_any_file_is_missing_everything(project: Path) -> None:
    """Asked for by name alone, an unknown network has no endpoints."""
    with pytest.raises(ConfigError, match="rpc_url: missing"):
        load_network(load(env={}, cwd=project).root, "moon", {})


def settings_for(project: Path, network: str, *, live: bool) -> Settings:
    write(project, "sniperforge.toml", f'network = "{network}"\nlive = {str(live).lower()}\n')
    return load(env={}, cwd=project)


@pytest.mark.parametrize(
    ("network", "configured", "options", "mode"),
    [
        ("localnet", False, {}, "live"),
        ("devnet", False, {"live": True}, "live"),
        ("devnet", True, {"paper": True}, "paper"),
        ("mainnet", False, {}, "paper"),
        ("mainnet", True, {}, "paper"),
        ("mainnet", True, {"live": True}, "live"),
        ("mainnet", True, {"paper": True}, "paper"),
    ],
)
def test_mainnet_is_live_only_when_said_twice(
    project: Path, network: str, configured: bool, options: dict[str, bool], mode: str
) -> None:
    """Real money moves only when configuration and command both say so."""
    assert settings_for(project, network, live=configured).trading_mode(**options) == mode


def test_live_on_mainnet_without_the_configuration_is_refused(project: Path) -> None:
    """The option alone is not enough; both options together make no sense."""
    settings = settings_for(project, "mainnet", live=False)
    with pytest.raises(RefusedError, match="live = true"):
        settings.trading_mode(live=True)
    with pytest.raises(UsageError):
        settings.trading_mode(live=True, paper=True)
