"""Transactions, accounts and events put together from bytes: for forms of which no recording is at hand."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256

from solders.pubkey import Pubkey

from sniperforge.dex.registry import events_of, events_of_logs
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.chain import Account, InstructionView, LogsNotice, TokenBalance, TransactionView
from sniperforge.domain.pool import PoolEvent

Inner = tuple[str, Sequence[str], bytes]


def address(number: int) -> str:
    """An address; larger numbers are larger by bytes."""
    return str(Pubkey.from_bytes(number.to_bytes(32, "big")))


def addresses(count: int, first: int = 1_000) -> list[str]:
    """Addresses in the order of their bytes."""
    return [address(first + index) for index in range(count)]


def raw(text: str) -> bytes:
    """The bytes of an address."""
    return bytes(Pubkey.from_string(text))


def tag(namespace: str, name: str) -> bytes:
    """An Anchor discriminator."""
    return sha256(f"{namespace}:{name}".encode()).digest()[:8]


def text(value: str) -> bytes:
    """A Borsh string."""
    return struct.pack("<I", len(value.encode())) + value.encode()


def u128(value: int) -> bytes:
    """Sixteen bytes."""
    return value.to_bytes(16, "little")


def data_line(payload: bytes) -> str:
    """The log line of an event."""
    return "Program data: " + base64.b64encode(payload).decode()


def transfer(source: str, destination: str, amount: int, program: str = TOKEN_PROGRAM) -> Inner:
    """A TransferChecked, whose mint and authority do not matter."""
    accounts = [source, address(1), destination, address(2)]
    return program, accounts, b"\x0c" + struct.pack("<QB", amount, 6)


def transaction(
    program: str,
    accounts: Sequence[str],
    data: bytes,
    *,
    lines: Iterable[str] = (),
    inner: Iterable[Inner] = (),
    failed: bool = False,
    mints: Iterable[tuple[str, str]] = (),
) -> TransactionView:
    """A transaction of one outer instruction.

    Args:
        program, accounts, data: the instruction.
        lines: what it logs.
        inner: what it calls.
        failed: whether it failed.
        mints: ``(account, mint)`` of which the node reported balances.
    """
    views = [InstructionView(program, tuple(accounts), data, (0,), 1)]
    views += [
        InstructionView(called, tuple(keys), payload, (0, index), 2)
        for index, (called, keys, payload) in enumerate(inner)
    ]
    balances = tuple(TokenBalance(account, mint, "", 5, 6) for account, mint in mints)
    return TransactionView(
        signature="signature",
        slot=7,
        block_time=None,
        err={"InstructionError": [0, {"Custom": 1}]} if failed else None,
        fee=5_000,
        accounts=tuple(dict.fromkeys((*accounts, program))),
        instructions=tuple(views),
        logs=(
            f"Program {program} invoke [1]",
            *lines,
            f"Program {program} failed: x" if failed else f"Program {program} success",
        ),
        pre_balances=(),
        post_balances=(),
        pre_tokens=(),
        post_tokens=balances,
    )


def logged(view: TransactionView) -> tuple[PoolEvent, ...]:
    """What the logs of a transaction alone tell."""
    return events_of_logs(LogsNotice(view.signature, view.slot, view.err, view.logs))


def only(view: TransactionView) -> PoolEvent:
    """The one event of a transaction."""
    (event,) = events_of(view)
    return event


def mint_account(where: str, decimals: int = 6, program: str = TOKEN_PROGRAM, more: bytes = b"") -> Account:
    """A mint without authorities; ``more`` follows its 82 bytes."""
    return Account(where, program, 1, bytes(36) + struct.pack("<QBB", 10**15, decimals, 1) + bytes(36) + more)


def token_account(where: str, mint: str, owner: str, amount: int, program: str = TOKEN_PROGRAM) -> Account:
    """An initialised token account."""
    data = raw(mint) + raw(owner) + struct.pack("<Q", amount) + bytes(36) + b"\x01" + bytes(56)
    return Account(where, program, 1, data)
