"""A curve packed by hand, and transactions of the program made of calls."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, field
from typing import Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex import pump_fees
from sniperforge.dex.anchor import account_discriminator, instruction_discriminator
from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.pumpfun import program
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.chain import Account, InstructionView, TransactionView

MINT = "28cfnohntvveUZFeF5mjYbp1VzMHVhzZUdxuCJB3pump"
CREATOR = "455Ve7SUoyvbJhE1iVkEgqbo8nHbLHnPTrGAfYYyTKxW"
RECIPIENTS = tuple(str(Pubkey(bytes([number]) * 32)) for number in range(1, 26))


def key(address: str) -> bytes:
    """An address as bytes."""
    return bytes(Pubkey.from_string(address))


def made_up(number: int) -> str:
    """An address nobody has."""
    return str(Pubkey(bytes([number]) * 32))


def text(value: str) -> bytes:
    """A Borsh string."""
    raw = value.encode()
    return struct.pack("<I", len(raw)) + raw


def mint_account(
    address: str,
    *,
    decimals: int = 6,
    supply: int = 10**15,
    owner: str = TOKEN_2022_PROGRAM,
    tail: bytes = b"",
) -> Account:
    """A mint without authorities."""
    data = struct.pack("<I32xQBBI32x", 0, supply, decimals, 1, 0)
    return Account(address, owner, 1, data + (bytes(83) + b"\1" + tail if tail else b""))


def transfer_fee(bps: int) -> bytes:
    """The extension by which a mint takes a fee of transfers."""
    body = bytes(64) + bytes(8) + struct.pack("<QQH", 0, 2**64 - 1, bps) * 2
    return struct.pack("<HH", 1, len(body)) + body


def fee_config_account(address: str, *tiers: tuple[int, int, int, int]) -> Account:
    """Schedules with these ``(threshold, lp, protocol, creator)`` for SOL pairs; flat 25, 5, 0."""
    listed = b"".join(tier[0].to_bytes(16, "little") + struct.pack("<3Q", *tier[1:]) for tier in tiers)
    flat = struct.pack("<3Q", 25, 5, 0)
    data = account_discriminator("FeeConfig") + bytes(33) + flat + struct.pack("<I", len(tiers)) + listed
    return Account(address, pump_fees.PROGRAM, 1, data)


def global_account(*, creator_fee_configurable: bool = False, recipients: bool = True) -> Account:
    """The Global account, with eight recipients of each kind."""
    data = bytearray(1087)
    data[:8] = account_discriminator("Global")
    struct.pack_into("<5Q", data, 73, 1_073 * 10**12, 30 * 10**9, 793_100 * 10**9, 10**15, 100)
    if recipients:
        for offset, names in ((41, [0]), (162, range(1, 8)), (483, [8]), (516, range(9, 16))):
            data[offset : offset + 32 * len(names)] = b"".join(key(RECIPIENTS[at]) for at in names)
        data[741:997] = b"".join(map(key, RECIPIENTS[16:24]))
    data[1045] = creator_fee_configurable
    return Account(program.GLOBAL, program.PROGRAM, 1, bytes(data))


@dataclass
class CurveAccounts:
    """What goes into the accounts of a coin; change a field, then :meth:`pack`."""

    virtual_token: int = 1_073_000_000_000_000
    virtual_quote: int = 30_000_000_000
    real_token: int = 793_100_000_000_000
    real_quote: int = 0
    complete: bool = False
    creator: str = CREATOR
    mayhem: bool = False
    cashback: bool = False
    quote_mint: str = SYSTEM_PROGRAM
    creator_fee_bps: int = 0
    creator_fee_configurable: bool = False
    size: int = 166
    tiers: tuple[tuple[int, int, int, int], ...] = ((0, 0, 95, 30),)
    token_tail: bytes = b""
    quote_tail: bytes = b""
    recipients: bool = True
    replaced: dict[str, Account | None] = field(default_factory=dict)

    @property
    def curve(self) -> str:
        """Its address."""
        return program.curve_address(MINT)

    def curve_account(self) -> Account:
        """The curve alone."""
        data = struct.pack(
            "<8s5Q?32s??32sQ??QQBQQQ",
            account_discriminator("BondingCurve"),
            self.virtual_token,
            self.virtual_quote,
            self.real_token,
            self.real_quote,
            10**15,
            self.complete,
            key(self.creator),
            self.mayhem,
            self.cashback,
            key(self.quote_mint),
            self.creator_fee_bps,
            False,
            True,
            11,
            22,
            1,
            3,
            4,
            5,
        )
        return Account(self.curve, program.PROGRAM, 1, data[: self.size].ljust(self.size, b"\0"))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        packed = (
            self.curve_account(),
            mint_account(MINT, tail=self.token_tail),
            global_account(
                creator_fee_configurable=self.creator_fee_configurable, recipients=self.recipients
            ),
            fee_config_account(program.FEE_CONFIG, *self.tiers),
        )
        accounts: dict[str, Account | None] = {account.address: account for account in packed}
        if self.quote_mint != SYSTEM_PROGRAM:
            owner = TOKEN_2022_PROGRAM if self.quote_tail else TOKEN_PROGRAM
            accounts[self.quote_mint] = mint_account(
                self.quote_mint, decimals=8, owner=owner, tail=self.quote_tail
            )
        return accounts | self.replaced


@dataclass
class Calls:
    """A transaction of one outer call; events are left as self-calls, or as log lines only."""

    program_id: str = program.PROGRAM
    views: list[InstructionView] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def call(self, name: str, accounts: tuple[str, ...], arguments: bytes = b"") -> Calls:
        """The outer instruction."""
        data = instruction_discriminator(name) + arguments
        self.views.append(InstructionView(self.program_id, accounts, data, (0,), 1))
        return self

    def inner(self, program_id: str, accounts: tuple[str, ...], data: bytes, height: int = 2) -> Calls:
        """Something called by it."""
        path = (0, len(self.views) - 1)
        self.views.append(InstructionView(program_id, accounts, data, path, height))
        return self

    def emit(self, event: bytes, *, logged: bool = False) -> Calls:
        """An event, as a self-call or as a line."""
        if logged:
            self.lines.append("Program data: " + base64.b64encode(event).decode())
            return self
        return self.inner(self.program_id, (program.EVENT_AUTHORITY,), EVENT_CALL + event)

    def view(self, **changes: Any) -> TransactionView:
        """The transaction."""
        logs = (f"Program {self.program_id} invoke [1]", *self.lines, f"Program {self.program_id} success")
        accounts = tuple(dict.fromkeys(name for view in self.views for name in view.accounts))
        values: dict[str, Any] = {
            "signature": "sig",
            "slot": 5,
            "block_time": 1_790_000_000,
            "err": None,
            "fee": 5_000,
            "accounts": accounts,
            "instructions": tuple(self.views),
            "logs": logs,
            "pre_balances": (0,) * len(accounts),
            "post_balances": (0,) * len(accounts),
            "pre_tokens": (),
            "post_tokens": (),
        }
        return TransactionView(**(values | changes))


@pytest.fixture
def curve_accounts() -> type[CurveAccounts]:
    """Makes a :class:`CurveAccounts` with some fields changed."""
    return CurveAccounts
