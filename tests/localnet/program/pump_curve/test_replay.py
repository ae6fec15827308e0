"""Recorded instructions of the real program, given to ours: same calls into other programs, same events."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.rent import Rent

from sniperforge.localnet.program.pump_curve import instructions as pump
from tests.localnet.program.pump_curve.curve_bench import Bench
from tests.localnet.program.recorded import Call, Recording, calls_of, executed, resolved_keys, within
from tests.localnet.program.svm_bench import SYSTEM, Outcome, mint_data, token_account_data

if TYPE_CHECKING:
    from pathlib import Path

LOWER_RENT_FROM = 445_000_000
"""Slot; the recordings lie far on either side of the change."""
GET_FEES, TRADE_EVENT = bytes.fromhex("e7257e55cf5b3f34"), bytes.fromhex("bddb7fd34ee661ee")
EVENT_CALL = bytes.fromhex("e445a52e51cb9a1d")
CREATE_V2, CREATE = bytes.fromhex("d6904cec5f8b31b4"), bytes.fromhex("181ec828051c0777")
LEGACY_BUY, V2_BUY, V2_SELL = "legacy buy", "v2 buy", "v2 sell"
FORMS = {
    "66063d1201daebea": LEGACY_BUY,
    "38fc74089edfcd5f": LEGACY_BUY,
    "b817ee6167c5d33d": V2_BUY,
    "c2ab1c46684d5b2f": V2_BUY,
    "5df6823ce7e940b2": V2_SELL,
}
ROLES = {
    LEGACY_BUY: {"mint": 2, "curve": 3, "vault": 4, "tokens": 5, "user": 6, "program": 8, "volume": 13},
    V2_BUY: {"mint": 1, "curve": 10, "vault": 11, "tokens": 14, "user": 13, "program": 3, "volume": 20},
    V2_SELL: {"mint": 1, "curve": 10, "vault": 11, "tokens": 14, "user": 13, "program": 3, "volume": 19},
}
TRADES = (
    "buy_18acc_QUYUtVPV",
    "buy_exact_quote_in_v2_4RUXQBSX",
    "create_alt_1",
    "create_alt_2",
    "create_v2_2eVpZNvQ",
    "create_v2_blocksubscribe_chainstack",
    "create_v2_chainstack",
    "wrapped_2KBsKB7x",
    "wrapped_5rY6dXEj",
)
CREATIONS = ("create_alt_1", "create_v2_2eVpZNvQ", "create_v2_blocksubscribe_chainstack")
CURVE_SIZES = {"create_v2_2eVpZNvQ": 141, "create_v2_blocksubscribe_chainstack": 115}
"""Of the real curve when it was made, where that was not today's 166."""


def load(folder: Path, name: str) -> Recording:
    recording: Recording = json.loads((folder / "pumpfun" / f"{name}.json").read_text())
    return recording


@dataclass
class Scene:
    """A bench whose accounts are those of a recorded transaction before it."""

    bench: Bench
    recording: Recording

    def __post_init__(self) -> None:
        meta = self.recording["result"]["meta"]
        self.keys = resolved_keys(self.recording)
        self.before = dict(zip(self.keys, meta["preBalances"], strict=True))
        self.tokens = {
            self.keys[balance["accountIndex"]]: int(balance["uiTokenAmount"]["amount"])
            for balance in meta["preTokenBalances"]
        }
        self.bench.svm.set_rent(Rent(5_080, 1.0, 50))
        for address, lamports in self.before.items():
            account = self.bench.svm.get_account(address)
            if lamports and (account is None or not (account.data or account.executable)):
                self.bench.put(address, b"", SYSTEM, lamports)

    def send(self, call: Call, *signers: Pubkey) -> tuple[Outcome, list[Call]]:
        """Executes the call at the top of a transaction of its own."""
        metas = [AccountMeta(key, key in signers, not self._runs(key)) for key in call.accounts]
        instruction = Instruction(call.program, call.data, metas)
        outcome = self.bench.send(instruction, payer=self.bench.user)
        message = Message([instruction], self.bench.user)
        return outcome, executed(outcome, list(message.account_keys))

    def _runs(self, key: Pubkey) -> bool:
        account = self.bench.svm.get_account(key)
        return account is not None and account.executable


def scene_of(recording: Recording) -> Scene:
    scene = Scene(Bench(), recording)
    if (recording["slot"] or 0) < LOWER_RENT_FROM:
        scene.bench.svm.set_rent(Rent(6_960, 1.0, 50))
    return scene


def trade_of(recording: Recording) -> tuple[int, Call, str]:
    """The one trade on the curve: its number, itself, its form."""
    found = [
        (number, call, FORMS[call.data[:8].hex()])
        for number, call in enumerate(calls_of(recording))
        if call.program == pump.PROGRAM and call.data[:8].hex() in FORMS
    ]
    assert len(found) == 1
    return found[0]


def logged_events(logs: Any, tag: bytes) -> list[bytes]:
    data = [base64.b64decode(line[14:]) for line in logs if line.startswith("Program data: ")]
    return [event for event in data if event.startswith(tag)]


def prepare_trade(scene: Scene, call: Call, roles: dict[str, int], event: bytes) -> None:
    """Mint, curve, vault and the trader's accounts as they were, from the recorded event."""
    at = {role: call.accounts[place] for role, place in roles.items()}
    quote, tokens, buys = struct.unpack_from("<QQ?", event, 40)
    after = struct.unpack_from("<4Q", event, 97)
    sign = 1 if buys else -1
    reserves = (
        after[1] + sign * tokens,
        after[0] - sign * quote,
        after[3] + sign * tokens,
        after[2] - sign * quote,
    )
    (text,) = struct.unpack_from("<I", event, 258)
    mayhem, cashback_bps = struct.unpack_from("<?Q", event, 262 + text)
    rewards = event[262 + text + 101 :][:8].strip(b"\0") != b""
    curve = bytes.fromhex("17b7f83760d8ac60") + struct.pack("<5Q?", *reserves, 10**15, False)
    curve += event[177:209] + bytes((mayhem, cashback_bps > 0)) + bytes(41) + bytes((rewards,)) + bytes(41)
    bench, program = scene.bench, at["program"]
    bench.put(at["curve"], curve, pump.PROGRAM, max(scene.before[at["curve"]], 10**12))
    bench.put(at["mint"], mint_data(), program)
    for role, owner in (("vault", "curve"), ("tokens", "user")):
        amount = scene.tokens.get(at[role], 0)
        amount = amount or (1 << 60 if role == "vault" or not buys else 0)
        bench.put(at[role], token_account_data(at["mint"], at[owner], amount), program)
    if scene.before.get(at["volume"]):
        volume = bytes.fromhex("56ff700e66359afa") + bytes(at["user"]) + bytes(97)
        bench.put(at["volume"], volume, pump.PROGRAM, scene.before[at["volume"]])
    bench.put(at["user"], b"", SYSTEM, 1 << 50)


def named(event: bytes) -> bytes:
    """A TradeEvent without the words at its end that have no published name, which ours leaves zero."""
    (text,) = struct.unpack_from("<I", event, 258)
    return event[: 262 + text + 109]


def same(ours: Call, theirs: Call) -> bool:
    """Equal; events may lack what newer versions append, and the older question for fees counts as today's."""
    if theirs.data.startswith(GET_FEES):
        return (ours.program, ours.accounts) == (theirs.program, theirs.accounts)
    if theirs.data.startswith(EVENT_CALL + TRADE_EVENT):
        return ours.data.startswith(EVENT_CALL + named(theirs.data[8:])) and ours.accounts == theirs.accounts
    if theirs.data.startswith(EVENT_CALL):
        return ours.data.startswith(theirs.data) and ours.accounts == theirs.accounts
    return ours == theirs


@pytest.mark.parametrize("name", TRADES)
def test_recorded_trade_repeats(name: str, shared_fixtures: Path) -> None:
    """Every recorded trade of a curve quoted in SOL has the recorded event and makes the recorded calls."""
    recording = load(shared_fixtures, name)
    number, call, form = trade_of(recording)
    (event,) = logged_events(recording["result"]["meta"]["logMessages"], TRADE_EVENT)
    scene = scene_of(recording)
    scene.bench.set_time(struct.unpack_from("<q", event, 89)[0])
    prepare_trade(scene, call, ROLES[form], event)
    outcome, ours = scene.send(call, call.accounts[ROLES[form]["user"]])
    assert outcome.error is None, outcome.logs
    (our_event,) = logged_events(outcome.logs, TRADE_EVENT)
    assert our_event.startswith(named(event))
    theirs = within(calls_of(recording), number)
    if any(one.program == SYSTEM for one in theirs):
        assert [one for pair in zip(ours, theirs, strict=True) if not same(*pair) for one in pair] == []
    print("matched 1 of 1")


@pytest.mark.parametrize("name", CREATIONS)
def test_recorded_creation_repeats(name: str, shared_fixtures: Path) -> None:
    """``create_v2`` makes the recorded calls, to the byte; only the curve's account has today's size."""
    recording = load(shared_fixtures, name)
    calls = calls_of(recording)
    number = next(n for n, call in enumerate(calls) if call.data.startswith(CREATE_V2))
    scene = scene_of(recording)
    mint, user = calls[number].accounts[0], calls[number].accounts[5]
    scene.bench.put(user, b"", SYSTEM, 1 << 50)
    theirs = within(calls, number)
    event = theirs[-1].data
    at = event.index(struct.pack("<QQ", 1_073_000_000_000_000, 30_000_000_000)) - 8
    scene.bench.set_time(struct.unpack_from("<q", event, at)[0])
    outcome, ours = scene.send(calls[number], mint, user)
    assert outcome.error is None, outcome.logs
    different = [pair for pair in zip(ours, theirs, strict=True) if not same(*pair)]
    size = CURVE_SIZES.get(name)
    if size:
        ((_, curve_creation),) = different
        assert struct.unpack_from("<Q", curve_creation.data, 12) == (size,)
    else:
        assert different == []
    print("matched 1 of 1")
