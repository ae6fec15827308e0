"""A folder of wallets: names, finding, listing, defaults, export."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from solders.keypair import Keypair

from sniperforge.errors import ConfigError, NotFoundError, StorageError, UsageError
from sniperforge.wallets.directory import WalletDirectory, WalletEntry, entry_of, export, unlock
from sniperforge.wallets.keystore import MIN_MEMORY, KdfCost
from sniperforge.wallets.secret import SecretKey, SecretText

if TYPE_CHECKING:
    from pathlib import Path

CHEAP = KdfCost(1, MIN_MEMORY)
NOW = 1_700_000_000.9


def password() -> SecretText:
    """The right one."""
    return SecretText("pw")


def wrong() -> SecretText:
    """The wrong one."""
    return SecretText("hunter2")


@pytest.fixture
def wallets(tmp_path: Path) -> WalletDirectory:
    """An empty folder, not yet made."""
    return WalletDirectory(tmp_path / "wallets", now=lambda: NOW)


def test_create_encrypted_and_unlock(wallets: WalletDirectory) -> None:
    """The entry tells all but the key; the right password gives a signer of that address."""
    entry = wallets.create("main", password(), cost=CHEAP)
    assert entry == WalletEntry("main", entry.pubkey, wallets.folder / "main.json", True, 1_700_000_000)
    assert entry.path.stat().st_mode & 0o777 == 0o600
    signer = unlock(entry, password)
    assert signer.pubkey == entry.pubkey
    assert len(signer.sign(b"message")) == 64
    with pytest.raises(ConfigError, match="wrong password") as caught:
        unlock(entry, wrong)
    assert "hunter2" not in caught.value.message
    with pytest.raises(UsageError, match="is encrypted"):
        unlock(entry)


def test_plain_wallets_are_solana_files(wallets: WalletDirectory) -> None:
    """Without a password the file is what the Solana CLI reads, mode 0600."""
    entry = wallets.create("plain", None)
    assert not entry.encrypted
    assert str(Keypair.from_json(entry.path.read_text()).pubkey()) == entry.pubkey
    assert entry.path.stat().st_mode & 0o777 == 0o600
    assert unlock(entry).pubkey == entry.pubkey


def test_find_by_name_address_and_path(wallets: WalletDirectory, tmp_path: Path) -> None:
    """All three lead to the same wallet; what is not there is not found."""
    entry = wallets.create("main", None)
    wallets.create("other", None)
    assert wallets.find("main") == entry
    assert wallets.find(entry.pubkey) == entry
    assert wallets.find(str(entry.path)) == entry
    for text in (
        "nobody",
        SecretKey.generate().pubkey,
        str(tmp_path / "x.json"),
        "../main/x",
        "",
        "~nobody-here/x.json",
    ):
        with pytest.raises(NotFoundError):
            wallets.find(text)


def test_scan_lists_by_name_and_passes_over_what_is_no_wallet(wallets: WalletDirectory) -> None:
    """A broken file and a loose mode are warnings; other files are not looked at."""
    assert wallets.scan().entries == ()
    names = ["b", "a", "c"]
    for name in names:
        wallets.create(name, password() if name == "c" else None, cost=CHEAP)
    (wallets.folder / "broken.json").write_text("{hunter2")
    (wallets.folder / "notes.txt").write_text("x")
    (wallets.folder / ".hidden.json").write_text("x")
    (wallets.folder / "b.json").chmod(0o644)
    scan = wallets.scan()
    assert [entry.name for entry in scan.entries] == sorted(names)
    assert [entry.encrypted for entry in scan.entries] == [False, False, True]
    assert len(scan.warnings) == 2
    assert any("chmod 600" in warning for warning in scan.warnings)
    assert any("broken.json" in warning for warning in scan.warnings)
    assert "hunter2" not in str(scan)


@pytest.mark.parametrize(
    "name",
    ["", "..", "a/b", ".x", "-x", "a b", "é", "x" * 65, "a.json", SecretKey.from_seed(bytes(32)).pubkey],
)
def test_unsafe_names_are_refused(wallets: WalletDirectory, name: str) -> None:
    """A name is a file name and never an address."""
    for act in (lambda: wallets.create(name, None), lambda: wallets.auto_generate(name)):
        with pytest.raises(UsageError):
            act()
    assert not wallets.folder.exists()


def test_names_and_keys_are_unique(wallets: WalletDirectory) -> None:
    """A taken name keeps its key, whatever the kind of file; a key is stored once."""
    entry = wallets.create("main", None)
    before = entry.path.read_text()
    for secret in (None, password()):
        with pytest.raises(UsageError, match="there is a wallet 'main' already"):
            wallets.create("main", secret, cost=CHEAP)
    assert entry.path.read_text() == before
    key = SecretKey.generate()
    wallets.add("first", key, None)
    with pytest.raises(UsageError, match="is here already, as 'first'"):
        wallets.add("second", key, None)


def test_the_default_wallet(wallets: WalletDirectory) -> None:
    """The first wallet is the default until another is chosen; a default that is gone is told."""
    with pytest.raises(NotFoundError, match="no wallet in"):
        wallets.default()
    first, second = wallets.create("one", None), wallets.create("two", None)
    assert wallets.default() == first
    wallets.set_default("two")
    assert wallets.default() == second
    second.path.unlink()
    with pytest.raises(NotFoundError, match="'two'"):
        wallets.default()
    with pytest.raises(NotFoundError):
        wallets.set_default("three")


def test_without_a_choice_only_a_single_wallet_is_the_default(wallets: WalletDirectory) -> None:
    """Among several wallets none is guessed."""
    entry = wallets.create("one", None)
    (wallets.folder / ".default").unlink()
    assert wallets.default() == entry
    (wallets.folder / "two.json").write_text(Keypair().to_json())
    with pytest.raises(UsageError, match="several wallets"):
        wallets.default()


def test_auto_generate_makes_one_wallet_once(wallets: WalletDirectory) -> None:
    """The second call gives the first one's wallet; it is plain, private, and the default when first."""
    first = wallets.auto_generate()
    assert wallets.auto_generate() == first
    assert (first.name, first.encrypted, first.warning) == ("auto", False, "")
    assert wallets.default() == first
    wallets.auto_generate("second")
    assert wallets.default() == first


def _generate(folder: Path) -> str:
    return WalletDirectory(folder, now=lambda: NOW).auto_generate().pubkey


def test_processes_that_auto_generate_at_once_get_the_same_wallet(tmp_path: Path) -> None:
    """Six processes' first runs in one folder end with one key."""
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pubkeys = pool.map(_generate, [tmp_path / "w"] * 6, chunksize=1)
        pool.close()  # terminate() meets coverage's signal handler, and may wait for ever
        pool.join()
    assert len(set(pubkeys)) == 1


def test_losing_the_race_to_auto_generate_is_no_error(
    wallets: WalletDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another process makes the file between look and creation, its wallet is the answer."""
    import sniperforge.wallets.directory as module

    real, other = module.write_keypair_file, SecretKey.generate()

    def late(path: Path, _key: SecretKey) -> None:
        real(path, other)
        raise FileExistsError(path)

    monkeypatch.setattr(module, "write_keypair_file", late)
    assert wallets.auto_generate().pubkey == other.pubkey


def test_export_writes_a_private_file_once(wallets: WalletDirectory, tmp_path: Path) -> None:
    """The export is a 0600 Solana file; an existing target, even a dangling link, is never overwritten."""
    entry = wallets.create("main", password(), cost=CHEAP)
    target = tmp_path / "id.json"
    export(entry, target, password)
    assert target.stat().st_mode & 0o777 == 0o600
    assert str(Keypair.from_json(target.read_text()).pubkey()) == entry.pubkey
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "nowhere")
    for taken in (target, link):
        with pytest.raises(UsageError, match="never overwrites"):
            export(entry, taken, wrong)
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(StorageError):
        export(entry, tmp_path / "absent" / "id.json", password)
    with pytest.raises(ConfigError, match="wrong password"):
        export(entry, tmp_path / "new.json", wrong)
    assert not (tmp_path / "new.json").exists()


def test_a_target_that_appears_meanwhile_is_kept(wallets: WalletDirectory, tmp_path: Path) -> None:
    """Between the check and the write another file may appear; it stays."""
    entry = wallets.create("main", password(), cost=CHEAP)
    target = tmp_path / "id.json"

    def slow() -> SecretText:
        target.write_text("another")
        return password()

    with pytest.raises(UsageError, match="never overwrites"):
        export(entry, target, slow)
    assert target.read_text() == "another"


def test_a_key_swapped_under_the_entry_is_refused(wallets: WalletDirectory) -> None:
    """What is unlocked is what was listed."""
    entry = wallets.create("main", None)
    entry.path.write_text(Keypair().to_json())
    with pytest.raises(ConfigError, match="holds another key"):
        unlock(entry)


def test_a_keypair_with_forged_public_half_lists_but_never_unlocks(wallets: WalletDirectory) -> None:
    """Listing shows the claim; loading checks it."""
    entry = wallets.create("main", None)
    numbers = json.loads(entry.path.read_text())
    numbers[0] ^= 1
    entry.path.write_text(json.dumps(numbers))
    assert entry_of(entry.path).pubkey == entry.pubkey
    with pytest.raises(ConfigError, match="does not belong"):
        unlock(entry)


def test_listing_imports_no_compiled_package(wallets: WalletDirectory) -> None:
    """Short commands list and find wallets without solders, nacl, mnemonic or structlog."""
    wallets.create("plain", None)
    wallets.create("sealed", password(), cost=CHEAP)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "import sniperforge.wallets.password\n"
        "from sniperforge.wallets.directory import WalletDirectory\n"
        "wallets = WalletDirectory(Path(sys.argv[1]), now=lambda: 0.0)\n"
        "print(len(wallets.scan().entries), wallets.find('sealed').encrypted, wallets.default().name)\n"
        "print([n for n in ('solders', 'nacl', 'mnemonic', 'structlog', 'typer') if n in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, wallets.folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["2 True plain", "[]"]
