from __future__ import annotations

from pathlib import Path

from sniperforge.config.packaged import default_files, default_text, file_names
from sniperforge.config.root import Root

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def test_the_projects_files_equal_the_packaged_ones() -> None:
    """``configs/`` in the project and the defaults in the package are the same texts."""
    own = {str(path.relative_to(CONFIGS)): path.read_text() for path in CONFIGS.rglob("*.toml")}
    assert own == {name: default_text(name) for name in default_files()}


def test_unknown_files_have_no_text() -> None:
    """A path that is no default file gives nothing."""
    assert default_text("networks/moon.toml") is None


def test_own_files_join_the_packaged_ones(tmp_path: Path) -> None:
    """A network of the user's own is known beside the built-in ones."""
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks" / "helius.toml").write_text("")
    root = Root(tmp_path, tmp_path, tmp_path / "sniperforge.toml", "test")
    assert file_names(root, "networks") == ("devnet", "helius", "localnet", "mainnet", "testnet")
    assert file_names(root, "bots") == ("lp-sniper",)
