"""The curve program in the SVM: coins made, traded and sold out, with their events, logs and accounts."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest

from sniperforge.localnet.program.pump_curve import instructions as pump
from sniperforge.localnet.program.pump_curve.genesis import REAL_TOKENS, SUPPLY, VIRTUAL_SOL, VIRTUAL_TOKENS
from sniperforge.localnet.program.pump_curve.model import CurveModel
from tests.localnet.program.pump_curve.curve_bench import RENT, WORDS, Bench
from tests.localnet.program.recorded import inner_of
from tests.localnet.program.svm_bench import NOW, SYSTEM, WSOL, Outcome, key

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

CREATE_EVENT, TRADE_EVENT = bytes.fromhex("1b72a94ddeeb6376"), bytes.fromhex("bddb7fd34ee661ee")
COMPLETE_EVENT = bytes.fromhex("5f72619cd42e9808")
SELF_CALL = bytes.fromhex("e445a52e51cb9a1d")


def events(outcome: Outcome) -> list[bytes]:
    return [base64.b64decode(line[14:]) for line in outcome.logs if line.startswith("Program data: ")]


def sent_to_itself(outcome: Outcome) -> list[bytes]:
    return [data[8:] for _, _, data, _ in inner_of(outcome) if data.startswith(SELF_CALL)]


def said(outcome: Outcome) -> list[str]:
    """What the curve program itself logs at the top."""
    return [line[13:] for line in outcome.logs if line.startswith("Program log: Instruction: ")]


def curve_state(bench: Bench, coin: pump.Coin) -> tuple[int, ...]:
    return struct.unpack_from("<5Q?", bench.data(coin.curve), 8)


@pytest.mark.parametrize("holder_reward", [False, True], ids=["creator", "holders"])
def test_create_v2_makes_a_coin(holder_reward: bool) -> None:
    """A Token-2022 mint nobody can mint, with metadata; its whole supply in a curve with the start values."""
    bench = Bench()
    coin = bench.coin(holder_reward=holder_reward)
    made_by = coin if not holder_reward else pump.Coin(coin.mint, key("creator"))
    outcome = bench.send(pump.create_v2(made_by, WORDS, user=bench.user, holder_reward=holder_reward))
    assert outcome.error is None, outcome.logs
    mint = bench.data(coin.mint)
    assert struct.unpack_from("<I32xQBBI", mint) == (0, SUPPLY, 6, 1, 0)
    for word in (WORDS.name, WORDS.symbol, WORDS.uri):
        assert word.encode() in mint
    assert curve_state(bench, coin) == (VIRTUAL_TOKENS, VIRTUAL_SOL, REAL_TOKENS, 0, SUPPLY, False)
    data = bench.data(coin.curve)
    assert len(data) == 166
    assert data[49:81] == bytes(coin.creator)
    assert data[81:] == bytes(43) + bytes((holder_reward,)) + bytes(41)
    assert bench.amount(coin.vault) == SUPPLY
    (event,) = events(outcome)
    assert sent_to_itself(outcome) == [event]
    head = CREATE_EVENT + WORDS.encoded() + bytes(coin.mint) + bytes(coin.curve) + bytes(bench.user)
    assert event.startswith(head + bytes(coin.creator) + struct.pack("<q", NOW))
    assert said(outcome)[0] == "Instruction: CreateV2"


def test_create_makes_a_coin_of_the_first_token_program() -> None:
    """82 bytes of mint, no metadata account: there is no Metaplex program here."""
    bench = Bench()
    coin = bench.created_legacy()
    assert len(bench.data(coin.mint)) == 82
    assert bench.amount(coin.vault) == SUPPLY
    assert curve_state(bench, coin) == (VIRTUAL_TOKENS, VIRTUAL_SOL, REAL_TOKENS, 0, SUPPLY, False)


def test_a_mint_is_made_once() -> None:
    """A second creation with the same mint fails in the system program."""
    bench = Bench()
    coin = bench.created()
    assert bench.send(pump.create_v2(coin, WORDS, user=bench.user)).error is not None


def test_lamports_sent_ahead_do_not_block_a_launch() -> None:
    """Somebody who funds the curve's address before it exists changes nothing."""
    bench = Bench()
    coin = bench.coin()
    bench.put(coin.curve, b"", SYSTEM, RENT)
    assert bench.send(pump.create_v2(coin, WORDS, user=bench.user)).error is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (pump.Words("n" * 33, "S", "u"), 6043),
        (pump.Words("n", "S" * 14, "u"), 6044),
        (pump.Words("n", "S", "u" * 201), 6045),
    ],
    ids=["name", "symbol", "uri"],
)
def test_long_words_are_refused(words: pump.Words, number: int) -> None:
    """Each of the three has its limit and its error."""
    bench = Bench()
    assert bench.send(pump.create_v2(bench.coin(), words, user=bench.user)).error == number


def test_the_longest_words_fit() -> None:
    """All three at their limits still make a coin."""
    bench = Bench()
    words = pump.Words("n" * 32, "S" * 13, "u" * 200)
    assert bench.send(pump.create_v2(bench.coin(), words, user=bench.user)).error is None


@pytest.mark.parametrize(
    ("option", "number"), [(-11, 6048), (-10, 6082), (-1, 6084)], ids=["mayhem", "cashback", "holders"]
)
def test_options_that_are_not_offered(option: int, number: int) -> None:
    """Mayhem mode, cashback coins, and holder rewards while they are switched off."""
    bench = Bench()
    bench.patch(pump.GLOBAL, 1086, b"\0")
    instruction = pump.create_v2(bench.coin(), WORDS, user=bench.user)
    data = bytearray(instruction.data)
    data[option] = 1
    changed = type(instruction)(instruction.program_id, bytes(data), instruction.accounts)
    assert bench.send(changed).error == number


def test_create_v2_can_be_switched_off() -> None:
    """One byte of the settings."""
    bench = Bench()
    bench.patch(pump.GLOBAL, 450, b"\0")
    assert bench.send(pump.create_v2(bench.coin(), WORDS, user=bench.user)).error == 6046


@pytest.mark.parametrize("cut", [11, 10, 9, 1], ids=["without mayhem", "without all", "without fee", "short"])
def test_options_may_be_missing(cut: int) -> None:
    """Older clients end earlier; only the first option is needed."""
    bench = Bench()
    instruction = pump.create_v2(bench.coin(), WORDS, user=bench.user)
    older = type(instruction)(instruction.program_id, instruction.data[:-cut], instruction.accounts)
    assert bench.send(older).error == (102 if cut == 11 else None)


@pytest.mark.parametrize("quote", [WSOL, key("other quote")], ids=["SOL", "other"])
def test_a_quote_may_be_named(quote: Pubkey) -> None:
    """The accounts after the sixteenth choose the quote; only SOL is there."""
    bench = Bench()
    honest = pump.create_v2(bench.coin(), WORDS, user=bench.user)
    meta = type(honest.accounts[0])(quote, False, False)
    named = type(honest)(honest.program_id, honest.data, [*honest.accounts, meta])
    assert bench.send(named).error == (None if quote == WSOL else 6063)


def test_a_buy_says_all_about_itself() -> None:
    """The event has both reserves after the trade, every fee, and goes out twice: logged and as a call."""
    bench = Bench()
    coin = bench.created()
    outcome = bench.bought(coin, 10**9)
    state, result = CurveModel().buy_for(10**9)
    (event,) = events(outcome)
    assert sent_to_itself(outcome) == [event]
    assert len(event) == 8 + 250 + 4 + len("buy_exact_quote_in") + 125
    mint, quote, tokens, buys, user, now = struct.unpack_from("<32sQQ?32sq", event, 8)
    assert (mint, quote, tokens, buys) == (bytes(coin.mint), result.quote, result.tokens, True)
    assert (user, now) == (bytes(bench.user), NOW)
    after = (state.virtual_quote, state.virtual_tokens, state.real_quote, state.real_tokens)
    assert struct.unpack_from("<4Q", event, 97) == after
    assert struct.unpack_from("<32sQQ32sQQ", event, 129) == (
        *(bytes(pump.FEE_RECIPIENT), 95, result.fee),
        *(bytes(coin.creator), 30, result.creator_fee),
    )
    assert struct.unpack_from("<QQ", event, 262 + 18 + 17) == (5_000, result.buyback_fee)
    assert outcome.logs[1] == "Program log: Instruction: BuyExactQuoteInV2"


@pytest.mark.parametrize(
    ("build", "line", "name"),
    [
        (pump.buy, "Buy", b"buy"),
        (pump.buy_v2, "BuyV2", b"buy"),
        (pump.sell, "Sell", b"sell"),
        (pump.sell_v2, "SellV2", b"sell"),
    ],
    ids=["buy", "buy_v2", "sell", "sell_v2"],
)
def test_each_form_names_itself(build: object, line: str, name: bytes) -> None:
    """The log line is the instruction's; the event's name leaves the version out."""
    bench = Bench()
    coin = bench.created()
    bench.bought(coin, 10**9)
    limit = {"maximum_sol": 10**12} if name == b"buy" else {}
    outcome = bench.send(build(coin, user=bench.user, tokens=10**9, **limit))  # type: ignore[operator]
    assert outcome.logs[1] == f"Program log: Instruction: {line}"
    (event,) = events(outcome)
    assert event[258:].startswith(struct.pack("<I", len(name)) + name)


def test_the_last_buy_completes_the_curve() -> None:
    """It gets what is left, is followed by a CompleteEvent, and nobody trades after it."""
    bench = Bench()
    coin = bench.created()
    outcome = bench.bought(coin, 500 * 10**9)
    trade, done = events(outcome)
    assert trade.startswith(TRADE_EVENT)
    who = bytes(bench.user) + bytes(coin.mint) + bytes(coin.curve)
    assert done == COMPLETE_EVENT + who + struct.pack("<q", NOW) + bytes(32)
    assert curve_state(bench, coin)[2:] == (0, 85_005_359_057, SUPPLY, True)
    assert bench.amount(coin.account_of(bench.user)) == REAL_TOKENS
    for after in (
        pump.buy_v2(coin, user=bench.user, tokens=1, maximum_sol=10**9),
        pump.buy_exact_sol_in(coin, user=bench.user, lamports=10**9),
        pump.sell(coin, user=bench.user, tokens=10**6),
        pump.sell_v2(coin, user=bench.user, tokens=10**6),
    ):
        assert bench.send(after).error == 6005


def test_the_first_buyer_opens_what_is_missing() -> None:
    """An accumulator of the trader and the rent of the creator's vault, once each."""
    bench = Bench()
    coin = bench.created()
    bench.bought(coin, 10**9)
    volume = bench.data(pump.user_volume(bench.user))
    assert volume == bytes.fromhex("56ff700e66359afa") + bytes(bench.user) + bytes(97)
    fee = CurveModel().buy_for(10**9)[1].creator_fee
    assert bench.lamports(pump.creator_vault(coin.creator)) == RENT + fee
    purse = bench.lamports(bench.user)
    bench.bought(coin, 10**9)
    spent = purse - bench.lamports(bench.user) - 5_000
    assert 0 <= 10**9 - spent <= 2


def test_a_coin_without_creator_pays_none() -> None:
    """The zero key as creator: no creator fee, and its vault stays as it is."""
    bench = Bench()
    coin = pump.Coin(bench.coin().mint, SYSTEM)
    assert bench.send(pump.create_v2(coin, WORDS, user=bench.user)).error is None
    bench.open_account(coin, bench.user)
    (event,) = events(bench.bought(coin, 10**9))
    assert struct.unpack_from("<QQ", event, 209) == (0, 0)
    assert bench.lamports(pump.creator_vault(SYSTEM)) == 0


def test_a_curve_may_have_its_own_creator_rate() -> None:
    """While the settings allow it; otherwise the schedule's holds."""
    bench = Bench()
    coin = bench.created()
    bench.patch(coin.curve, 115, struct.pack("<Q", 125))
    (event,) = events(bench.bought(coin, 10**9))
    assert struct.unpack_from("<Q", event, 209) == (125,)
    bench.patch(pump.GLOBAL, 1045, b"\0")
    (event,) = events(bench.bought(coin, 10**9))
    assert struct.unpack_from("<Q", event, 209) == (30,)


@pytest.mark.parametrize("v2", [False, True], ids=["legacy", "v2"])
def test_a_cashback_coin_pays_its_trader(v2: bool) -> None:
    """The creator's part of a buy and of a sale goes to the trader's accumulator, which counts it."""
    bench = Bench()
    made = bench.created()
    bench.patch(made.curve, 82, b"\1")
    coin = pump.Coin(made.mint, made.creator, cashback=True)
    build_buy = pump.buy_exact_quote_in_v2 if v2 else pump.buy_exact_sol_in
    build_sell = pump.sell_v2 if v2 else pump.sell
    bought = bench.send(build_buy(coin, user=bench.user, lamports=10**9))
    assert bought.error is None, bought.logs
    volume = pump.user_volume(bench.user)
    rent = (128 + 137) * 6_960
    state, first = CurveModel().buy_for(10**9)
    assert bench.lamports(volume) == rent + first.creator_fee
    sold = bench.send(build_sell(coin, user=bench.user, tokens=10**12))
    assert sold.error is None, sold.logs
    cashback = first.creator_fee + state.sell(10**12)[1].creator_fee
    assert bench.lamports(volume) == rent + cashback
    assert struct.unpack_from("<Q", bench.data(volume), 74) == (cashback,)
    assert bench.lamports(pump.creator_vault(coin.creator)) == 0


@pytest.mark.parametrize("size", [49, 82, 115, 151])
def test_an_old_curve_is_extended_first(size: int) -> None:
    """Shorter ones are not traded before extend_account; then they are as long as new ones."""
    bench = Bench()
    coin = bench.created()
    data = bench.data(coin.curve)[:size]
    lamports = (128 + size) * 6_960
    bench.put(coin.curve, data, pump.PROGRAM, lamports)
    buy = pump.buy_exact_quote_in_v2(coin, user=bench.user, lamports=10**9)
    assert bench.send(buy).error == (3003 if size < 125 else None)
    outcome = bench.send(pump.extend_account(coin.curve, user=bench.user))
    assert outcome.error is None, outcome.logs
    assert len(bench.data(coin.curve)) == 166
    (event,) = events(outcome)
    assert event == bytes.fromhex("6161d7905d92167c") + bytes(coin.curve) + bytes(bench.user) + struct.pack(
        "<QQq", size, 166, NOW
    )
    assert (
        "Program log: Account already has the correct size"
        in bench.send(pump.extend_account(coin.curve, user=bench.user)).logs
    )
    if size >= 81:
        assert bench.send(pump.sell_v2(coin, user=bench.user, tokens=1)).error in {6023, None}


def test_the_program_alone_sends_its_events() -> None:
    """An event call from outside fails: nobody signs for the event authority."""
    bench = Bench()
    coin = bench.created()
    buy = pump.buy_v2(coin, user=bench.user, tokens=1, maximum_sol=10**9)
    meta = type(buy.accounts[0])
    for who, signs, number in ((pump.EVENT_AUTHORITY, False, 2002), (bench.user, True, 2006)):
        forged = type(buy)(pump.PROGRAM, SELF_CALL + TRADE_EVENT + bytes(250), [meta(who, signs, False)])
        assert bench.send(forged).error == number
    assert bench.send(type(buy)(pump.PROGRAM, SELF_CALL, [])).error == 3005


def test_units_of_a_trade() -> None:
    """Well below what the real program takes, and below what a client leaves out to be safe."""
    bench = Bench()
    coin = bench.created()
    first, second = bench.bought(coin, 10**9).units, bench.bought(coin, 10**9).units
    assert second < first < 80_000
    assert bench.send(pump.sell(coin, user=bench.user, tokens=10**6)).units < 60_000
