"""Forged, swapped or read-only accounts of the curve's instructions: each is refused, with its number."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.localnet.program.binary import PUMP_CURVE, PUMP_FEES
from sniperforge.localnet.program.pump_curve import instructions as pump
from sniperforge.localnet.program.pump_curve.genesis import BUYBACK_RECIPIENTS, FEE_RECIPIENTS
from tests.localnet.program.pump_curve.curve_bench import WORDS, Bench
from tests.localnet.program.svm_bench import SYSTEM, Outcome, key, mint_data, replaced, token_account_data

if TYPE_CHECKING:
    from collections.abc import Callable

THIEF = key("thief")
OTHER_RECIPIENT = Pubkey.from_string(FEE_RECIPIENTS[3])

LEGACY_BUY = (
    *("global", "fee_recipient", "mint", "curve", "vault", "tokens", "user", "system", "token_program"),
    *("creator_vault", "event_authority", "program", "global_volume", "volume", "fee_config", "fee_program"),
    *("curve_v2", "buyback"),
)
LEGACY_SELL = (
    *("global", "fee_recipient", "mint", "curve", "vault", "tokens", "user", "system", "creator_vault"),
    *("token_program", "event_authority", "program", "fee_config", "fee_program", "curve_v2", "buyback"),
)
V2_HEAD = (
    *("global", "mint", "quote_mint", "token_program", "quote_program", "ata_program", "fee_recipient"),
    *("fee_recipient_quote", "buyback", "buyback_quote", "curve", "vault", "curve_quote", "user", "tokens"),
    *("user_quote", "creator_vault", "creator_quote", "sharing_config"),
)
V2_TAIL = (*("volume", "volume_quote", "fee_config", "fee_program", "system", "event_authority", "program"),)
V2_BUY = (*V2_HEAD, "global_volume", *V2_TAIL)
V2_SELL = (*V2_HEAD, *V2_TAIL)

FORMS: dict[str, tuple[tuple[str, ...], Callable[[Bench, pump.Coin], Instruction]]] = {
    "buy": (
        LEGACY_BUY,
        lambda bench, coin: pump.buy(coin, user=bench.user, tokens=10**9, maximum_sol=10**10),
    ),
    "buy_exact_sol_in": (
        LEGACY_BUY,
        lambda bench, coin: pump.buy_exact_sol_in(coin, user=bench.user, lamports=10**7),
    ),
    "sell": (LEGACY_SELL, lambda bench, coin: pump.sell(coin, user=bench.user, tokens=10**9)),
    "buy_v2": (
        V2_BUY,
        lambda bench, coin: pump.buy_v2(coin, user=bench.user, tokens=10**9, maximum_sol=10**10),
    ),
    "buy_exact_quote_in_v2": (
        V2_BUY,
        lambda bench, coin: pump.buy_exact_quote_in_v2(coin, user=bench.user, lamports=10**7),
    ),
    "sell_v2": (V2_SELL, lambda bench, coin: pump.sell_v2(coin, user=bench.user, tokens=10**9)),
}
Forgery = tuple[str, "Callable[[Bench, pump.Coin], Pubkey]", int]


def copy_of(address: Callable[[pump.Coin], Pubkey], owner: Pubkey) -> Callable[[Bench, pump.Coin], Pubkey]:
    """The same bytes at another address under another owner."""
    return lambda bench, coin: bench.put(key(f"copy {owner}"), bench.data(address(coin)), owner)


def token_account(
    owner: Pubkey | None, program: Pubkey, mint: str = ""
) -> Callable[[Bench, pump.Coin], Pubkey]:
    """A token account of the coin, or of another mint, under any owner and program."""

    def forge(bench: Bench, coin: pump.Coin) -> Pubkey:
        data = token_account_data(key(mint) if mint else coin.mint, owner or bench.user, 10**15)
        return bench.put(key("forged tokens"), data, program)

    return forge


def mint_under(program: Pubkey) -> Callable[[Bench, pump.Coin], Pubkey]:
    return lambda bench, _: bench.put(key("false mint"), mint_data(), program)


CASES: dict[str, Forgery] = {
    "global of another program": ("global", copy_of(lambda _: pump.GLOBAL, THIEF), 3007),
    "global copied inside the program": ("global", copy_of(lambda _: pump.GLOBAL, pump.PROGRAM), 2006),
    "global that is a curve": ("global", lambda _, coin: coin.curve, 3002),
    "global that does not exist": ("global", lambda *_: key("nothing"), 3012),
    "fee recipient of the thief": ("fee_recipient", lambda *_: THIEF, 6000),
    "fee recipient that is for buybacks": ("fee_recipient", lambda *_: pump.BUYBACK_RECIPIENT, 6000),
    "buyback recipient of the thief": ("buyback", lambda *_: THIEF, 6057),
    "buyback recipient that is for fees": ("buyback", lambda *_: pump.FEE_RECIPIENT, 6057),
    "mint of another coin": ("mint", lambda bench, _: bench.created("other").mint, 2006),
    "mint of the thief": ("mint", mint_under(pump.TOKEN_2022), 2006),
    "curve of another coin": ("curve", lambda bench, _: bench.created("other").curve, 2006),
    "curve of another program": ("curve", copy_of(lambda coin: coin.curve, THIEF), 3007),
    "curve copied inside the program": ("curve", copy_of(lambda coin: coin.curve, pump.PROGRAM), 2006),
    "curve that is the settings": ("curve", lambda *_: pump.GLOBAL, 3002),
    "curve that does not exist": ("curve", lambda *_: key("nothing"), 3012),
    "vault of the thief": ("vault", token_account(THIEF, pump.TOKEN_2022), 2009),
    "vault of another coin": ("vault", lambda bench, _: bench.created("other").vault, 2009),
    "tokens of the thief": ("tokens", token_account(THIEF, pump.TOKEN_2022), 2015),
    "tokens of another mint": ("tokens", token_account(None, pump.TOKEN_2022, "other"), 2014),
    "tokens under the other token program": ("tokens", token_account(None, pump.TOKEN), 2021),
    "tokens under a false token program": ("tokens", token_account(None, THIEF), 3007),
    "tokens that are the curve's": ("tokens", lambda _, coin: coin.vault, 2015),
    "tokens that do not exist": ("tokens", lambda *_: key("nothing"), 3012),
    "token program of the thief": ("token_program", lambda *_: THIEF, 3008),
    "the other token program": ("token_program", lambda *_: pump.TOKEN, 2022),
    "creator's vault of the thief": ("creator_vault", lambda *_: THIEF, 2006),
    "vault of another creator": ("creator_vault", lambda *_: pump.creator_vault(THIEF), 2006),
    "system program of the thief": ("system", lambda *_: THIEF, 3008),
    "event authority of the thief": ("event_authority", lambda *_: THIEF, 2006),
    "program of the thief": ("program", lambda *_: THIEF, 3008),
    "fee config of the thief": ("fee_config", lambda *_: THIEF, 2006),
    "fee config copied": ("fee_config", copy_of(lambda _: pump.FEE_CONFIG, pump.FEE_PROGRAM), 2006),
    "fee program of the thief": ("fee_program", lambda *_: THIEF, 3008),
    "curve v2 of the thief": ("curve_v2", lambda *_: THIEF, 6074),
    "global volume of the thief": ("global_volume", lambda *_: THIEF, 2006),
    "volume of the thief": ("volume", lambda *_: pump.user_volume(THIEF), 2006),
    "quote mint of the thief": ("quote_mint", lambda *_: THIEF, 6063),
    "quote program of the thief": ("quote_program", lambda *_: pump.TOKEN_2022, 3008),
    "ata program of the thief": ("ata_program", lambda *_: THIEF, 3008),
    "quote account of fees of the thief": ("fee_recipient_quote", lambda *_: THIEF, 2006),
    "quote account of buybacks of the thief": ("buyback_quote", lambda *_: THIEF, 2006),
    "quote account of the curve of the thief": ("curve_quote", lambda *_: THIEF, 2006),
    "quote account of the creator of the thief": ("creator_quote", lambda *_: THIEF, 2006),
    "quote account of the volume of the thief": ("volume_quote", lambda *_: THIEF, 2006),
    "sharing config of the thief": ("sharing_config", lambda *_: THIEF, 2006),
}
FORGED = [
    (form, name)
    for form, (roles, _) in FORMS.items()
    for name, (role, _, _) in CASES.items()
    if role in roles
]
WRITTEN = ("fee_recipient", "buyback", "curve", "vault", "tokens", "creator_vault", "volume")
QUOTES = ("fee_recipient_quote", "buyback_quote", "curve_quote", "creator_quote", "volume_quote")


def scene(form: str) -> tuple[Bench, pump.Coin, Instruction]:
    bench = Bench()
    coin = bench.created()
    bench.bought(coin, 10**9)
    return bench, coin, FORMS[form][1](bench, coin)


def unmoved(bench: Bench, coin: pump.Coin, send: Callable[[], Outcome]) -> Outcome:
    """Sends; curve, vault and user must hold after it what they held before, but for the network's fee."""

    def everything() -> list[object]:
        amounts = [bench.amount(coin.vault), bench.amount(coin.account_of(bench.user))]
        return [bench.data(coin.curve), bench.lamports(coin.curve), *amounts]

    before, purse = everything(), bench.lamports(bench.user)
    outcome = send()
    assert everything() == before
    assert purse - bench.lamports(bench.user) in {0, 5_000, 10_000}
    return outcome


@pytest.mark.parametrize(("form", "name"), FORGED, ids=[f"{form}: {name}" for form, name in FORGED])
def test_a_trade_refuses(form: str, name: str) -> None:
    """A trade with one forged account fails with its number and moves nothing; the honest one passes."""
    bench, coin, honest = scene(form)
    role, forge, number = CASES[name]
    forged = replaced(honest, FORMS[form][0].index(role), forge(bench, coin))
    outcome = unmoved(bench, coin, lambda: bench.send(forged))
    assert outcome.error == number, outcome.logs
    assert bench.send(honest).error is None


READ_ONLY = [
    (form, role) for form, (roles, _) in FORMS.items() for role in (*WRITTEN, *QUOTES) if role in roles
]


@pytest.mark.parametrize(("form", "role"), READ_ONLY, ids=[f"{form}: {role}" for form, role in READ_ONLY])
def test_a_trade_refuses_read_only(form: str, role: str) -> None:
    """An account that the interface lets a trade change must be passed writable."""
    bench, coin, honest = scene(form)
    if form == "sell_v2" and role == "volume":
        return  # a sale writes it for cashback coins only
    forged = replaced(honest, FORMS[form][0].index(role), writable=False)
    assert unmoved(bench, coin, lambda: bench.send(forged)).error == 2000


@pytest.mark.parametrize("form", FORMS)
def test_the_user_must_sign(form: str) -> None:
    """Nobody spends the SOL or the tokens of a user who did not sign."""
    bench, coin, honest = scene(form)
    at = FORMS[form][0].index("user")
    bench.put(THIEF, b"", SYSTEM, 10**9)
    forged = replaced(honest, at, signer=False)
    assert unmoved(bench, coin, lambda: bench.send(forged, payer=THIEF)).error == 3010
    stranger = replaced(honest, at, THIEF)
    assert unmoved(bench, coin, lambda: bench.send(stranger, payer=THIEF)).error == 2015


@pytest.mark.parametrize("form", FORMS)
def test_any_listed_recipient_is_paid(form: str) -> None:
    """A client may choose among the eight."""
    bench, _, honest = scene(form)
    if len(honest.accounts) > 18:
        pytest.skip("the v2 lists name the recipient's token account beside it")
    roles = FORMS[form][0]
    before = bench.lamports(OTHER_RECIPIENT)
    chosen = replaced(honest, roles.index("fee_recipient"), OTHER_RECIPIENT)
    chosen = replaced(chosen, roles.index("buyback"), Pubkey.from_string(BUYBACK_RECIPIENTS[5]))
    assert bench.send(chosen).error is None
    assert bench.lamports(OTHER_RECIPIENT) > before


@pytest.mark.parametrize("form", FORMS)
def test_malformed_calls(form: str) -> None:
    """Cut data, unknown tags and short account lists are refused by number."""
    bench, _, honest = scene(form)
    for data, number in ((b"", 100), (b"1234567", 100), (bytes(8), 101), (honest.data[:23], 102)):
        assert bench.send(Instruction(pump.PROGRAM, data, honest.accounts)).error == number
    cut = Instruction(pump.PROGRAM, honest.data, honest.accounts[:-1])
    assert bench.send(cut).error == (3005 if len(honest.accounts) > 18 else 6062)
    shorter = Instruction(pump.PROGRAM, honest.data, honest.accounts[:-2])
    assert bench.send(shorter).error == (3005 if len(honest.accounts) > 18 else 6074)
    extra = [AccountMeta(key(f"extra {index}"), False, False) for index in range(20)]
    longer = Instruction(pump.PROGRAM, honest.data, [*honest.accounts, *extra])
    assert bench.send(longer).error is None


CREATE_V2 = (
    *("mint", "mint_authority", "curve", "vault", "global", "user", "system", "token_program", "ata_program"),
    *("mayhem", "global_params", "sol_vault", "mayhem_state", "mayhem_tokens", "event_authority", "program"),
)
CREATE = (
    *("mint", "mint_authority", "curve", "vault", "global", "metadata_program", "metadata", "user", "system"),
    *("token_program", "ata_program", "rent", "event_authority", "program"),
)
CREATION_CASES = {
    "mint_authority": 2006,
    "curve": 2006,
    "vault": 2006,
    "global": 3012,
    "system": 3008,
    "token_program": 3008,
    "ata_program": 3008,
    "mayhem": 3008,
    "global_params": 2006,
    "sol_vault": 2006,
    "mayhem_state": 2006,
    "event_authority": 2006,
    "program": 3008,
    "metadata_program": 3008,
    "metadata": 2006,
    "rent": 3015,
}
FORGED_CREATIONS = [
    (form, role)
    for form, roles in (("create", CREATE), ("create_v2", CREATE_V2))
    for role in CREATION_CASES
    if role in roles
]


def creation(bench: Bench, form: str) -> Instruction:
    if form == "create_v2":
        return pump.create_v2(bench.coin(), WORDS, user=bench.user)
    return pump.create(pump.Coin(bench.coin().mint, THIEF, pump.TOKEN), WORDS, user=bench.user)


@pytest.mark.parametrize(
    ("form", "role"), FORGED_CREATIONS, ids=[f"{form}: {role}" for form, role in FORGED_CREATIONS]
)
def test_a_creation_refuses(form: str, role: str) -> None:
    """A stranger's address in any place fails with its number, and nothing is made."""
    bench = Bench()
    roles = CREATE_V2 if form == "create_v2" else CREATE
    honest = creation(bench, form)
    assert bench.send(replaced(honest, roles.index(role), THIEF)).error == CREATION_CASES[role]
    assert bench.svm.get_account(bench.coin().mint) is None
    assert bench.send(honest).error is None


@pytest.mark.parametrize("form", ["create", "create_v2"])
def test_a_creation_needs_its_signers(form: str) -> None:
    """Mint and payer sign and are written, and both have a curve of their own program's making."""
    bench = Bench()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    roles = CREATE_V2 if form == "create_v2" else CREATE
    honest = creation(bench, form)
    for role in ("mint", "user"):
        at = roles.index(role)
        assert bench.send(replaced(honest, at, signer=False), payer=THIEF).error == 3010
        assert bench.send(replaced(honest, at, writable=False), payer=THIEF).error == 2000
    for role in ("curve", "vault"):
        assert bench.send(replaced(honest, roles.index(role), writable=False)).error == 2000
    assert bench.send(Instruction(pump.PROGRAM, honest.data, honest.accounts[:-1])).error == 3005
    for end in (8, 11, 60):
        assert bench.send(Instruction(pump.PROGRAM, honest.data[:end], honest.accounts)).error == 102
    lie = honest.data[:8] + struct.pack("<I", 1 << 31) + honest.data[12:]
    assert bench.send(Instruction(pump.PROGRAM, lie, honest.accounts)).error == 102


def test_extension_refuses() -> None:
    """Only curves, only for a signing payer, only with the interface's accounts."""
    bench = Bench()
    coin = bench.created()
    honest = pump.extend_account(coin.curve, user=bench.user)
    bench.put(THIEF, b"", SYSTEM, 10**9)
    copied = bench.put(key("copy"), bench.data(coin.curve), THIEF)
    for at, address, number in (
        (0, pump.GLOBAL, 6010),
        (0, copied, 3007),
        (2, THIEF, 3008),
        (3, THIEF, 2006),
        (4, THIEF, 3008),
    ):
        assert bench.send(replaced(honest, at, address)).error == number
    assert bench.send(replaced(honest, 0, writable=False)).error == 2000
    assert bench.send(replaced(honest, 1, signer=False), payer=THIEF).error == 3010
    assert bench.send(Instruction(pump.PROGRAM, honest.data, honest.accounts[:-1])).error == 3005


def test_the_programs_run_only_at_their_addresses() -> None:
    """Deployed elsewhere both refuse: their addresses are part of every seed."""
    bench = Bench()
    coin = bench.created()
    honest = pump.sell(coin, user=bench.user, tokens=1)
    for program in (PUMP_CURVE, PUMP_FEES):
        bench.svm.add_program(THIEF, program.elf())
        assert bench.send(Instruction(THIEF, honest.data, honest.accounts)).error == 4100


def test_the_fee_program_that_answers_is_the_one_asked() -> None:
    """Rates come from the account of the schedule, which the fee program checks by itself."""
    bench, coin, honest = scene("buy_v2")
    schedule = bench.data(pump.FEE_CONFIG)
    bench.put(pump.FEE_CONFIG, schedule, THIEF)
    assert unmoved(bench, coin, lambda: bench.send(honest)).error == 3007
    bench.put(pump.FEE_CONFIG, schedule[:100], pump.FEE_PROGRAM)
    assert unmoved(bench, coin, lambda: bench.send(honest)).error == 3003
    bench.put(pump.FEE_CONFIG, schedule[:65] + bytes(20), pump.FEE_PROGRAM)
    assert unmoved(bench, coin, lambda: bench.send(honest)).error == 6002
    bench.put(pump.FEE_CONFIG, bytes(8) + schedule[8:], pump.FEE_PROGRAM)
    assert unmoved(bench, coin, lambda: bench.send(honest)).error == 3002
