from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.config.files import check_files, effective_rows, write_defaults
from sniperforge.config.load import Settings, load
from sniperforge.config.packaged import default_files
from sniperforge.errors import ConfigError, StorageError

SECRET_NETWORK = 'chain = "mainnet"\nrpc_url = "https://h/?k=${RPC_KEY}"\nws_url = "${WS}"\n[[endpoints]]\nrpc_url = "https://i/${RPC_KEY}"\nroles = ["read"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_defaults(tmp_path / "configs")
    (tmp_path / "configs" / "networks" / "mine.toml").write_text(
        SECRET_NETWORK.replace("${WS}", "wss://h/${RPC_KEY}")
    )
    (tmp_path / "configs" / "bots" / "other.toml").write_text("anything = 1\n")
    return tmp_path


def settings_of(project: Path, **env: str) -> Settings:
    return load(env=env, cwd=project)


def test_every_file_is_checked(project: Path) -> None:
    """Each file has a row; unset keys of unselected networks and plugins' bots are skips with a reason."""
    rows = {Path(row.file).name: (row.status, row.message) for row in check_files(settings_of(project))}
    assert rows["sniperforge.toml"] == rows["mainnet.toml"] == rows["lp-sniper.toml"] == ("ok", "")
    assert rows["mine.toml"] == ("skip", "RPC_KEY is not set")
    assert rows["other.toml"][0] == "skip"
    assert {Path(row.file).name: row.status for row in check_files(settings_of(project, RPC_KEY="k"))}[
        "mine.toml"
    ] == "ok"


def test_a_missing_main_file_is_a_skip(tmp_path: Path) -> None:
    """Defaults alone are fine, and said."""
    assert check_files(settings_of(tmp_path, HOME=str(tmp_path)))[0].status == "skip"


@pytest.mark.parametrize("name", ["networks/mine.toml", "bots/lp-sniper.toml"])
def test_a_wrong_file_is_found_though_it_is_not_selected(project: Path, name: str) -> None:
    """Checking reads what the run itself would not."""
    (project / "configs" / name).write_text("nonsense = 1\n")
    with pytest.raises(ConfigError, match="nonsense"):
        check_files(settings_of(project))


def test_rows_show_values_origins_and_no_secret(project: Path) -> None:
    """Every value has a row; nothing from the environment is readable in a URL."""
    settings = settings_of(project, SNIPERFORGE_NETWORK="mine", RPC_KEY="s3cretKEY", SNIPERFORGE_LIVE="true")
    rows = {row.key: row for row in effective_rows(settings)}
    assert (rows["live"].value, rows["live"].origin) == (True, "env SNIPERFORGE_LIVE")
    assert rows["limits.max_trade_sol"].value == "0.5"
    assert rows["networks.mine.rpc_url"].value == "https://h/?***"
    assert rows["networks.mine.genesis_hash"].value is None
    assert rows["networks.mine.genesis_hash"].origin == "default"
    assert rows["bots.lp-sniper.filters.dexes"].value == ["raydium_cpmm"]
    (further,) = rows["networks.mine.endpoints"].value
    assert (further["rpc_url"], further["ws_url"], further["roles"]) == ("https://i/***", None, ["read"])
    assert "s3cretKEY" not in str(rows)


def test_secret_texts_that_are_no_urls_are_masked_whole(project: Path) -> None:
    """A name taken from the environment is hidden altogether."""
    (project / "configs" / "sniperforge.toml").write_text('wallet = "${W}"\nbot = "other"\n')
    rows = {row.key: row.value for row in effective_rows(settings_of(project, W="hidden-name"))}
    assert rows["wallet"] == "***"
    assert not any(key.startswith("bots.") for key in rows)


def test_defaults_are_written_once(tmp_path: Path) -> None:
    """The first time writes every file; the second changes nothing and says so."""
    written = write_defaults(tmp_path / "new" / "configs")
    assert {str(path.relative_to(tmp_path / "new" / "configs")) for path in written} == set(default_files())
    written[0].write_text("mine")
    with pytest.raises(ConfigError, match="exists already"):
        write_defaults(tmp_path / "new" / "configs")
    assert written[0].read_text() == "mine"


def test_a_file_made_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the write another process may win; its file stays."""
    (tmp_path / "sniperforge.toml").write_text("theirs")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    with pytest.raises(ConfigError, match="meanwhile"):
        write_defaults(tmp_path)
    assert (tmp_path / "sniperforge.toml").read_text() == "theirs"


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    """A file in the way of the folder is said, not a traceback."""
    (tmp_path / "configs").write_text("")
    with pytest.raises(StorageError, match="cannot create the folder"):
        write_defaults(tmp_path / "configs")


def test_a_table_of_the_users_own_keys_is_one_row(project: Path) -> None:
    """With all its entries, and where the first of them stands."""
    file = project / "configs" / "networks" / "mine.toml"
    text = file.read_text()
    file.write_text(
        text
        + "[limits]\nrequests_per_second = 2.5\nburst = 9\n[limits.weights]\ngetBlock = 3\ngetSlot = 0.5\n"
    )
    settings = settings_of(project, SNIPERFORGE_NETWORK="mine", RPC_KEY="k")
    rows = {row.key: row for row in effective_rows(settings)}
    weights = rows["networks.mine.limits.weights"]
    assert weights.value == {"getBlock": "3", "getSlot": "0.5"}
    assert weights.origin == f"{file}:{text.count(chr(10)) + 5}"
    assert rows["networks.mine.limits.requests_per_second"].value == "2.5"


def test_trades_for_block_engines_need_one(project: Path) -> None:
    """On the selected network; that others have none matters once they are selected."""
    with pytest.raises(ConfigError, match=r'execution\.mev is "bundle", and network devnet has no'):
        check_files(settings_of(project, SNIPERFORGE_NETWORK="devnet", SNIPERFORGE_EXECUTION__MEV="bundle"))
    assert check_files(settings_of(project, SNIPERFORGE_EXECUTION__MEV="bundle"))
    assert check_files(settings_of(project, SNIPERFORGE_NETWORK="devnet"))


def test_one_command_may_want_a_block_engine(project: Path) -> None:
    """Its own word decides, whatever is configured; the error names the option."""
    settings = settings_of(project, SNIPERFORGE_NETWORK="devnet", SNIPERFORGE_EXECUTION__MEV="tip")
    settings.require_block_engine("none")
    with pytest.raises(ConfigError, match="--mev bundle, and network devnet has no block engine") as caught:
        settings.require_block_engine("bundle")
    assert caught.value.hint.endswith("or --mev none")
    settings_of(project).require_block_engine("bundle")


def test_keys_of_block_engines_are_masked(project: Path) -> None:
    """As in any URL."""
    file = project / "configs" / "networks" / "localnet.toml"
    file.write_text(file.read_text().replace("http://127.0.0.1:8898", "https://e.example/?uuid=s3cret"))
    rows = {row.key: row.value for row in effective_rows(settings_of(project))}
    assert rows["networks.localnet.block_engine_urls"] == ["https://e.example/?***"]
