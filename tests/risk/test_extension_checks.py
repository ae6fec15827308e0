"""Token-2022 extensions, each by what it allows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.verdict import Outcome
from sniperforge.risk.extension_checks import token_extensions
from sniperforge.risk.policy import RiskPolicy
from sniperforge.tokens.extensions import (
    ConfidentialTransferMint,
    DefaultAccountState,
    MintCloseAuthority,
    NamedExtension,
    NonTransferable,
    Pausable,
    PermanentDelegate,
    TransferHook,
    UnknownExtension,
)
from sniperforge.tokens.transfer_fee import TransferFee, TransferFeeConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.tokens.mint import Mint

POLICY = RiskPolicy()
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def fee(older: int, newer: int, authority: str | None = None) -> TransferFeeConfig:
    """A fee that changes in epoch 801; the facts are of epoch 800."""
    return TransferFeeConfig(authority, None, 0, TransferFee(0, 10, older), TransferFee(801, 10, newer))


@pytest.fixture
def judge(good: PoolFacts) -> Callable[..., CheckResult]:
    """Checks a mint with the extensions given."""

    def run(*extensions: object, policy: RiskPolicy = POLICY, epoch: int | None = 800) -> CheckResult:
        token = replace(good.token, extensions=extensions)
        return token_extensions(replace(good, token=token, epoch=epoch), policy)

    return run


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("spl_clean", PASS, "no extensions"),
        ("t22_default_frozen", FAIL, "new token accounts are frozen"),
        ("t22_interest_bearing", PASS, "no extension is dangerous"),
        ("t22_metadata_pointer", PASS, "no extension is dangerous"),
        ("t22_mint_close_authority", FAIL, "can close the mint"),
        ("t22_non_transferable", FAIL, "cannot be transferred"),
        ("t22_pausable", FAIL, "can pause all transfers"),
        ("t22_permanent_delegate", FAIL, "can move anyone's tokens"),
        ("t22_transfer_fee_5pct", FAIL, "transfer fee 500 bps"),
        ("t22_transfer_hook", FAIL, "runs on every transfer"),
    ],
)
def test_recorded_mints(
    name: str,
    outcome: Outcome,
    words: str,
    spoiled: Callable[..., PoolFacts],
    recorded_token: Callable[[str], Mint],
) -> None:
    """Each recorded danger fails and says what it is; the harmless ones pass."""
    result = token_extensions(spoiled(token=recorded_token(name)), POLICY)
    assert result.outcome is outcome
    assert words in result.reason


@pytest.mark.parametrize(
    ("extension", "outcome"),
    [
        (MintCloseAuthority(None), PASS),
        (MintCloseAuthority("X"), FAIL),
        (ConfidentialTransferMint(None), FAIL),
        (NamedExtension(16, "confidential_transfer_fee", b""), FAIL),
        (NamedExtension(24, "confidential_mint_burn", b""), FAIL),
        (NamedExtension(25, "scaled_ui_amount", b""), PASS),
        (DefaultAccountState(1), PASS),
        (DefaultAccountState(2), FAIL),
        (NonTransferable(), FAIL),
        (PermanentDelegate(None), PASS),
        (PermanentDelegate("X"), FAIL),
        (TransferHook(None, None), PASS),
        (TransferHook("X", None), FAIL),
        (TransferHook(None, "P"), FAIL),
        (Pausable(None, paused=False), PASS),
        (Pausable(None, paused=True), FAIL),
        (Pausable("X", paused=False), FAIL),
        (UnknownExtension(28, b""), UNKNOWN),
        (fee(0, 0), PASS),
    ],
)
def test_each_extension(extension: object, outcome: Outcome, judge: Callable[..., CheckResult]) -> None:
    """A power that nobody holds is harmless, one that somebody holds is not."""
    assert judge(extension).outcome is outcome


@pytest.mark.parametrize(
    ("older", "newer", "epoch", "outcome"),
    [
        (500, 0, 800, FAIL),
        (500, 0, 801, PASS),
        (500, 0, None, UNKNOWN),
        (0, 9_900, 800, FAIL),
        (0, 9_900, None, FAIL),
        (100, 100, 800, PASS),
        (100, 101, 800, FAIL),
        (100, 100, None, PASS),
    ],
)
def test_transfer_fee_now_and_scheduled(
    older: int, newer: int, epoch: int | None, outcome: Outcome, judge: Callable[..., CheckResult]
) -> None:
    """The fee in force and the one to come are both held against the limit of 100 bps."""
    policy = RiskPolicy(max_transfer_fee_bps=100)
    assert judge(fee(older, newer), policy=policy, epoch=epoch).outcome is outcome


def test_a_fee_that_can_be_raised_fails(judge: Callable[..., CheckResult]) -> None:
    """Zero now is no promise while somebody may set another; the policy may accept that."""
    result = judge(fee(0, 0, "X"))
    assert (result.outcome, result.reason) == (FAIL, "X can raise the transfer fee")
    assert result.facts["transfer_fee_authority"] == "X"
    assert judge(fee(0, 0, "X"), policy=RiskPolicy(allow_raisable_transfer_fee=True)).outcome is PASS


def test_every_extension_is_named_in_the_facts(judge: Callable[..., CheckResult]) -> None:
    """The facts hold one finding each, also of those that pass."""
    result = judge(NonTransferable(), UnknownExtension(77, b""), NamedExtension(18, "metadata_pointer", b""))
    assert result.facts == {
        "non_transferable": "tokens cannot be transferred",
        "unknown_77": "extension type 77 is not known",
        "metadata_pointer": "harmless",
    }
    assert result.outcome is FAIL
    assert result.reason == "tokens cannot be transferred"


def test_a_tolerated_extension_passes_and_is_still_named(judge: Callable[..., CheckResult]) -> None:
    """The policy may name an extension; others keep failing."""
    policy = RiskPolicy(tolerated_extensions=frozenset({"permanent_delegate", "transfer_fee"}))
    result = judge(PermanentDelegate("X"), fee(900, 900), policy=policy)
    assert result.outcome is PASS
    assert result.facts["permanent_delegate"] == "tolerated: X can move anyone's tokens"
    assert judge(PermanentDelegate("X"), NonTransferable(), policy=policy).outcome is FAIL


def test_without_the_mint_nothing_is_known(spoiled: Callable[..., PoolFacts]) -> None:
    """A mint that could not be read is unknown."""
    assert token_extensions(spoiled(token=None), POLICY).outcome is UNKNOWN


dangerous = st.sampled_from([NonTransferable(), PermanentDelegate("X"), Pausable("X", paused=False)])
harmless = st.sampled_from([MintCloseAuthority(None), NamedExtension(18, "metadata_pointer", b"")])
unknowns = st.just(UnknownExtension(500, b""))


@given(st.lists(dangerous | harmless | unknowns, unique_by=lambda extension: extension.name))
def test_the_worst_extension_decides(good: PoolFacts, extensions: list[object]) -> None:
    """One danger fails whatever else there is; without one, anything unknown stays unknown."""
    facts = replace(good, token=replace(good.token, extensions=tuple(extensions)))
    outcomes = {
        token_extensions(replace(facts, token=replace(good.token, extensions=(one,))), POLICY).outcome
        for one in extensions
    }
    expected = FAIL if FAIL in outcomes else UNKNOWN if UNKNOWN in outcomes else PASS
    assert token_extensions(facts, POLICY).outcome is expected
