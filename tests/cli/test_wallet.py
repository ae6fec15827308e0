"""``sniperforge wallet``: create, import, list, show, export. Nothing secret is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniperforge.domain import base58
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretKey
from tests.cli.terminal import Terminal, terminal_in
from tests.conftest import CommandLine

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
PHRASE_ADDRESS = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A project; passwords are cheap to check."""
    monkeypatch.setattr("sniperforge.wallets.directory.KdfCost", lambda: KdfCost(1, 8 * 1024))
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        yield found


def key_file(folder: Path) -> tuple[Path, SecretKey]:
    """A keypair file as the Solana CLI writes it."""
    key = SecretKey.generate()
    path = folder / "id.json"
    path.write_text(json.dumps(list(key.reveal())))
    path.chmod(0o600)
    return path, key


def test_a_fresh_wallet_is_encrypted(terminal: Terminal) -> None:
    """With the password from stdin; the first one is the default; its file is private."""
    terminal.type("pass word\n")
    document = terminal.document("wallet", "create", "main", "--password-stdin")
    data = document["data"]
    assert (data["name"], data["encrypted"], data["default"]) == ("main", True, True)
    assert (document["wallet"], document["warnings"]) == (data["pubkey"], [])
    path = Path(data["path"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert "pass word" not in path.read_text()


def test_other_sources_of_the_password(terminal: Terminal) -> None:
    """A file of mode 0600, or the environment."""
    file = terminal.folder / "password"
    file.write_text("secret\n")
    file.chmod(0o644)
    assert "can be read by others" in terminal.error(
        "wallet", "create", "a", "--password-file", str(file), code=3
    )
    file.chmod(0o600)
    assert terminal.data("wallet", "create", "a", "--password-file", str(file))["encrypted"]
    terminal.monkeypatch.setenv("SNIPERFORGE_WALLET_PASSWORD", "secret")
    assert terminal.data("wallet", "create", "b")["encrypted"]


def test_a_plain_wallet_warns(terminal: Terminal) -> None:
    """It is a keypair file that the Solana tools read."""
    document = terminal.document("wallet", "create", "bot", "--plain")
    assert "anyone who can read the file" in document["warnings"][0]
    numbers = json.loads(Path(document["data"]["path"]).read_text())
    assert base58.encode(bytes(numbers[32:])) == document["data"]["pubkey"]


def test_without_a_terminal_a_password_is_not_asked(terminal: Terminal) -> None:
    """The options that answer are named."""
    error = terminal.document("wallet", "create", "main", code=2)["error"]
    assert "--password-stdin" in error["hint"]
    assert not (terminal.folder / "wallets").exists()


def test_a_phrase_is_shown_once_and_never_in_json(terminal: Terminal) -> None:
    """On the terminal only: the words bring the same wallet back."""
    assert "on a terminal only" in terminal.error("wallet", "create", "a", "--plain", "--words", "12", code=2)
    terminal.monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    from sniperforge.cli.main import main

    assert main(["wallet", "create", "a", "--plain", "--words", "24", "--json"]) == 0
    shown = terminal.capsys.readouterr()
    document = json.loads(shown.out)
    words = shown.err.split("\n\n")[1].strip()
    assert len(words.split()) == 24
    # a few of the list's words, as "network" and "live", stand in any document
    assert len(set(words.split()) & set(shown.out.replace('"', " ").split())) < 6
    terminal.type(words + "\n")
    error = terminal.document("wallet", "import", "again", "--mnemonic-stdin", "--plain", code=2)["error"]
    assert document["data"]["pubkey"] in error["message"]
    assert "12 or 24" in terminal.error("wallet", "create", "b", "--words", "13", code=2)


def test_importing_a_keypair_file(terminal: Terminal) -> None:
    """The same address, encrypted now; the original stays where it is."""
    path, key = key_file(terminal.folder)
    terminal.type("pw\n")
    data = terminal.data("wallet", "import", "mine", "--keypair", str(path), "--password-stdin")
    assert (data["pubkey"], data["encrypted"]) == (key.pubkey, True)
    assert path.exists()


def test_importing_from_standard_input(terminal: Terminal) -> None:
    """The password first, then the secret; a phrase's accounts are wallets of their own."""
    terminal.type(f"pw\n{PHRASE}\n")
    data = terminal.data("wallet", "import", "phrase", "--mnemonic-stdin", "--password-stdin")
    assert data["pubkey"] == PHRASE_ADDRESS
    terminal.type(PHRASE)
    second = terminal.data("wallet", "import", "second", "--mnemonic-stdin", "--account", "1", "--plain")
    assert second["pubkey"] != PHRASE_ADDRESS
    key = SecretKey.generate()
    terminal.type(base58.encode(key.reveal()) + "\n")
    assert terminal.data("wallet", "import", "third", "--secret-stdin", "--plain")["pubkey"] == key.pubkey


def test_on_a_terminal_the_secret_is_asked_for(terminal: Terminal) -> None:
    """And not shown; the password is asked for twice."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return PHRASE if question.startswith("Phrase") else "pw"

    terminal.monkeypatch.setattr("getpass.getpass", answer)
    terminal.type("", tty=True)
    assert terminal.data("wallet", "import", "phrase", "--mnemonic-stdin")["pubkey"] == PHRASE_ADDRESS
    assert asked == ["Phrase (not shown): ", "New password: ", "Repeat it: "]

    def leave(_question: str) -> str:
        raise EOFError

    terminal.monkeypatch.setattr("getpass.getpass", leave)
    assert "no phrase" in terminal.error("wallet", "import", "b", "--mnemonic-stdin", code=2)


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (("--plain",), "", 2, "give one of"),
        (("--secret-stdin", "--mnemonic-stdin"), "", 2, "give one of"),
        (("--secret-stdin", "--plain"), "", 2, "no secret key on standard input"),
        (("--secret-stdin", "--plain"), "S3CRETS3CRET\n", 3, "a secret key has 64 bytes"),
        (("--mnemonic-stdin", "--plain"), "hunter2 " * 12, 3, "word list"),
        (("--keypair", "none.json", "--plain"), "", 9, "no such file"),
        (("--keypair", "bad.json", "--plain"), "", 3, "array of 64 numbers"),
    ],
)
def test_what_cannot_be_imported(
    terminal: Terminal, arguments: tuple[str, ...], stdin: str, code: int, said: str
) -> None:
    """Each has its exit code, and nothing of the secret is repeated."""
    (terminal.folder / "bad.json").write_text("[7, 7]")
    terminal.type(stdin)
    document = terminal.document("wallet", "import", "x", *arguments, code=code)
    assert said in document["error"]["message"]
    assert "S3CRET" not in json.dumps(document)
    assert "hunter2" not in json.dumps(document)


def test_names(terminal: Terminal) -> None:
    """Malformed and taken ones are refused before anybody is asked for a password."""
    terminal.run("wallet", "create", "one", "--plain")
    for name in ("one", "../one", ""):
        terminal.document("wallet", "create", name, code=2)


def test_the_list(terminal: Terminal) -> None:
    """Every wallet with its mark; none is said with what to do."""
    assert "`sniperforge wallet create NAME`" in terminal.run("wallet", "list")
    terminal.run("wallet", "create", "one", "--plain")
    terminal.type("pw\n")
    terminal.run("wallet", "create", "second", "--password-stdin")
    lines = terminal.run("wallet", "list").splitlines()
    assert lines[0] == "LOCALNET"
    assert lines[1].startswith("* one     ")
    assert lines[1].endswith("plain")
    assert lines[2].startswith("  second  ")
    (terminal.folder / "wallets" / "bad.json").write_text("{}")
    document = terminal.document("wallet", "list")
    assert set(document["data"]) == {"wallets"}
    assert [wallet["name"] for wallet in document["data"]["wallets"]] == ["one", "second"]
    assert len(document["warnings"]) == 1


def test_showing_one(terminal: Terminal) -> None:
    """The selected one by default, made when it is missing on a network for play money only."""
    error = terminal.document("wallet", "show", "--mainnet", code=9)["error"]
    assert "wallet create NAME" in error["hint"]
    shown = terminal.run("wallet")
    assert shown.startswith("LOCALNET\nauto (default)\n")
    assert "plain, no password" in shown
    assert terminal.data("wallet", "show")["nonces"] == []
    by_name, by_default = terminal.data("wallet", "show", "auto"), terminal.data("wallet", "show", "default")
    assert by_name == by_default == terminal.data("wallet", "show", by_name["pubkey"])
    Path(by_name["path"]).chmod(0o644)
    assert "chmod 600" in terminal.document("wallet", "show")["warnings"][0]
    terminal.document("wallet", "show", "nobody", code=9)


def test_the_export(terminal: Terminal) -> None:
    """The same key in clear, mode 0600; nothing is overwritten, and a wrong password writes nothing."""
    terminal.type("right\n")
    pubkey = terminal.data("wallet", "create", "main", "--password-stdin")["pubkey"]
    target = terminal.folder / "backup.json"
    terminal.type("wrong\n")
    error = terminal.document("wallet", "export", "main", "backup.json", "--password-stdin", code=3)["error"]
    assert "password" in error["message"]
    assert "wrong\n" not in json.dumps(error)
    assert not target.exists()
    terminal.type("right\n")
    data = terminal.data("wallet", "export", "main", "backup.json", "--password-stdin")
    assert data == {"name": "main", "pubkey": pubkey, "file": str(target)}
    assert target.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(target.read_text())) == 64
    terminal.type("right\n")
    assert "never overwrites" in terminal.error(
        "wallet", "export", "main", "backup.json", "--password-stdin", code=2
    )


def test_the_real_command_line(command_line: CommandLine) -> None:
    """As a script uses it: the password on stdin, the exit code, one document."""
    made = command_line("wallet", "create", "main", "--password-stdin", "--json", stdin="pw\n")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["data"]["name"] == "main"
    assert made.stderr == ""
