"""``sniperforge wallet``: keys and their files. What moves or counts money is in the modules beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli import wallet_money, wallet_reclaim
from sniperforge.cli.arguments import PasswordFile, PasswordStdin
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.wallet_store import WalletRow
    from sniperforge.config.load import Settings
    from sniperforge.wallets.secret import SecretKey, SecretText

DEFAULT = "show"

app = command_app("Make, import and list wallets; balance, airdrop, send, reclaim, export.")

_PLAIN = "anyone who can read the file has the key; leave out --plain to encrypt it"


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _.")],
    plain: Annotated[
        bool, typer.Option("--plain", help="No password: a Solana CLI keypair file of mode 0600.")
    ] = False,
    words: Annotated[
        int | None, typer.Option("--words", help="12 or 24: make a phrase, shown once on this terminal.")
    ] = None,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Make a wallet with a fresh key, encrypted with a password.

    Example: sniperforge wallet create main

    Example: printf '%s' "$PASSWORD" | sniperforge wallet create bot --password-stdin --json
    """
    from sniperforge.app.wallet_store import check_new_name, create_wallet
    from sniperforge.cli.password import password_source
    from sniperforge.cli.settings import load_settings
    from sniperforge.errors import UsageError

    settings = load_settings(ctx.obj)
    check_new_name(settings, name)
    if words not in (None, 12, 24):
        raise UsageError(f"--words is 12 or 24, not {words}")
    if words and not sys.stderr.isatty():
        raise UsageError(
            "a phrase is shown on a terminal only, and stderr is none",
            hint="leave out --words; `sniperforge wallet export` writes a backup",
        )
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    password = None if plain else source.read("New password: ", confirm=True)
    row, phrase = create_wallet(settings, name, password, words=words)
    if phrase is not None:
        _show_phrase(phrase)
    return _stored(settings, row, "created")


@app.command(name="import")
def import_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _.")],
    keypair: Annotated[
        str, typer.Option("--keypair", metavar="FILE", help="A Solana CLI keypair file.")
    ] = "",
    mnemonic_stdin: Annotated[
        bool, typer.Option("--mnemonic-stdin", help="A BIP-39 phrase from stdin; asked for on a terminal.")
    ] = False,
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="A key in base58, or a JSON array, from stdin.")
    ] = False,
    account: Annotated[
        int, typer.Option("--account", min=0, max=2**31 - 1, help="Which account of the phrase.")
    ] = 0,
    plain: Annotated[
        bool, typer.Option("--plain", help="No password: a Solana CLI keypair file of mode 0600.")
    ] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Store a key that exists already; it is never taken from the command line.

    With --password-stdin the password is the first line of stdin and the phrase or key the second.

    Example: sniperforge wallet import main --keypair ~/.config/solana/id.json

    Example: sniperforge wallet import main --mnemonic-stdin
    """
    from sniperforge.app.wallet_store import check_new_name, import_wallet
    from sniperforge.cli.password import password_source
    from sniperforge.cli.settings import load_settings
    from sniperforge.errors import UsageError

    if [bool(keypair), mnemonic_stdin, secret_stdin].count(True) != 1:
        raise UsageError("give one of --keypair FILE, --mnemonic-stdin, --secret-stdin")
    settings = load_settings(ctx.obj)
    check_new_name(settings, name)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    early = source.read() if password_stdin and not plain else None  # its line comes before the key's
    key = _key(keypair, account, mnemonic=mnemonic_stdin)
    password = None if plain else early or source.read("New password: ", confirm=True)
    return _stored(settings, import_wallet(settings, name, key, password), "imported")


@app.command(name="list")
def list_(ctx: typer.Context) -> Result:
    """Every wallet of this project; needs no password."""
    from sniperforge.app.wallet_store import wallet_rows
    from sniperforge.cli.settings import load_settings

    settings = load_settings(ctx.obj)
    rows, warnings = wallet_rows(settings)
    width = max((len(row.entry.name) for row in rows), default=0)
    lines = [_line(row, width) for row in rows]
    text = (
        "\n".join(lines)
        or f"no wallets in {settings.wallets_dir}; `sniperforge wallet create NAME` makes one"
    )
    return _result(settings, {"wallets": [row.to_json() for row in rows]}, text, warnings)


@app.command()
def show(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(help="Name, address or key file; the selected wallet by default.")
    ] = "",
) -> Result:
    """One wallet: its address, where its key is, whether it is encrypted, and its nonce accounts."""
    from sniperforge.app.wallet import named_wallet
    from sniperforge.app.wallet_store import nonces_of, row_of
    from sniperforge.cli.settings import load_settings

    settings = load_settings(ctx.obj)
    entry = named_wallet(settings, name)
    row, nonces = row_of(settings, entry), nonces_of(settings, entry.pubkey)
    kept = "encrypted" if entry.encrypted else "plain, no password"
    text = f"{entry.name}{' (default)' if row.default else ''}\n{entry.pubkey}\n{entry.path}: {kept}"
    text += "".join(
        f"\nnonce {each['account']}  {each['rent_sol']} SOL of rent  {each['cluster']} {each['mode']}"
        for each in nonces
    )
    data = {**row.to_json(), "nonces": nonces}
    return _result(settings, data, text, (entry.warning,) if entry.warning else (), entry.pubkey)


@app.command()
def export(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or address of a wallet.")],
    file: Annotated[str, typer.Argument(help="New file; it is never overwritten.")],
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Write the key as a Solana CLI keypair file of mode 0600, in clear: keep it safe.

    Example: sniperforge wallet export main backup.json
    """
    from sniperforge.app.wallet import named_wallet
    from sniperforge.cli.arguments import path_argument
    from sniperforge.cli.password import password_source
    from sniperforge.cli.settings import load_settings
    from sniperforge.wallets.directory import export as write

    settings = load_settings(ctx.obj)
    entry, target = named_wallet(settings, name), path_argument(file).absolute()
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    write(entry, target, source.read)
    data = {"name": entry.name, "pubkey": entry.pubkey, "file": str(target)}
    text = f"wrote the key of {entry.name} to {target}, in clear, mode 0600"
    return _result(settings, data, text, wallet=entry.pubkey)


for _command in (wallet_money.balance, wallet_money.airdrop, wallet_money.send, wallet_reclaim.reclaim):
    app.command()(_command)


def _key(keypair: str, account: int, *, mnemonic: bool) -> SecretKey:
    from sniperforge.app.wallet_store import key_from_file, key_from_phrase, key_from_text
    from sniperforge.cli.arguments import path_argument

    if keypair:
        return key_from_file(path_argument(keypair))
    if mnemonic:
        return key_from_phrase(_secret_line("Phrase"), account)
    return key_from_text(_secret_line("Secret key"))


def _secret_line(question: str) -> str:
    """One line of stdin; on a terminal it is asked for and not shown."""
    from getpass import getpass

    from sniperforge.errors import UsageError

    try:
        line = getpass(f"{question} (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    except (UnicodeDecodeError, EOFError):
        line = ""
    if not line.strip():
        raise UsageError(f"no {question.lower()} on standard input")
    return line.strip()


def _show_phrase(phrase: SecretText) -> None:
    """The only time that a phrase is shown: on the terminal, whatever becomes of stdout."""
    sys.stderr.write(f"Write these words down; they are never shown again:\n\n  {phrase.reveal()}\n\n")
    sys.stderr.flush()


def _stored(settings: Settings, row: WalletRow, verb: str) -> Result:
    entry = row.entry
    default = ", now the default" if row.default else ""
    text = f"{verb} {entry.name}{default}\n{entry.pubkey}\n{entry.path}"
    return _result(settings, row.to_json(), text, () if entry.encrypted else (_PLAIN,), entry.pubkey)


def _line(row: WalletRow, width: int) -> str:
    mark, kept = "*" if row.default else " ", "encrypted" if row.entry.encrypted else "plain"
    return f"{mark} {row.entry.name:{width}}  {row.entry.pubkey:44}  {kept}"


def _result(
    settings: Settings,
    data: dict[str, Any],
    text: str,
    warnings: tuple[str, ...] = (),
    wallet: str | None = None,
) -> Result:
    return Result(
        data,
        lambda: text,
        warnings=warnings,
        network=settings.network_name,
        chain=settings.network.chain,
        mode=settings.trading_mode(),
        wallet=wallet,
    )
