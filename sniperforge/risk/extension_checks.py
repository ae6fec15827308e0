"""The check on Token-2022 extensions: each extension of the mint gets a finding of its own in the facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sniperforge.domain.verdict import CheckResult, Outcome
from sniperforge.risk.findings import unknown
from sniperforge.risk.policy import Check
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
from sniperforge.tokens.transfer_fee import TransferFeeConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy
    from sniperforge.tokens.extensions import Extension

HIDING: Final = frozenset({"confidential_transfer_fee", "confidential_mint_burn"})
"""Extensions known by name that hide balances or supply; the other named ones do not touch raw amounts."""


@dataclass(frozen=True, slots=True)
class _Finding:
    outcome: Outcome
    reason: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


_HARMLESS = _Finding(Outcome.PASS, "harmless")


def token_extensions(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """No extension can take, tax, freeze, hide or block the tokens; unknown ones stay unknown."""
    if facts.token is None:
        return unknown(Check.TOKEN_EXTENSIONS, f"mint account not known{facts.why_missing('token')}")
    found = {extension.name: _judge(extension, facts.epoch, policy) for extension in facts.token.extensions}
    outcome = _worst(finding.outcome for finding in found.values())
    reasons = [finding.reason for finding in found.values() if finding.outcome is outcome]
    values: dict[str, str | int] = {name: finding.reason for name, finding in found.items()}
    for finding in found.values():
        values.update(finding.facts)
    if outcome is Outcome.PASS:
        reasons = ["no extension is dangerous" if found else "no extensions"]
    return CheckResult(Check.TOKEN_EXTENSIONS.value, outcome, "; ".join(reasons), values)


def _judge(extension: Extension, epoch: int | None, policy: RiskPolicy) -> _Finding:
    if isinstance(extension, TransferFeeConfig):
        finding = _transfer_fee(extension, epoch, policy)
    else:
        finding = _danger(extension)
    if finding.outcome is not Outcome.PASS and extension.name in policy.tolerated_extensions:
        return _Finding(Outcome.PASS, f"tolerated: {finding.reason}", finding.facts)
    return finding


def _danger(extension: Extension) -> _Finding:
    finding = _HARMLESS
    match extension:
        case UnknownExtension():
            finding = _Finding(Outcome.UNKNOWN, f"extension type {extension.type} is not known")
        case NonTransferable():
            finding = _fail("tokens cannot be transferred")
        case DefaultAccountState(frozen=True):
            finding = _fail("new token accounts are frozen")
        case PermanentDelegate(delegate=str(delegate)):
            finding = _fail(f"{delegate} can move anyone's tokens", permanent_delegate_address=delegate)
        case TransferHook():
            finding = _transfer_hook(extension)
        case MintCloseAuthority(authority=str(authority)):
            finding = _fail(f"{authority} can close the mint", mint_close_authority_address=authority)
        case Pausable():
            finding = _pausable(extension)
        case ConfidentialTransferMint():
            finding = _fail("balances can be hidden")
        case NamedExtension() if extension.name in HIDING:
            finding = _fail("balances can be hidden")
    return finding


def _transfer_hook(hook: TransferHook) -> _Finding:
    if hook.program is not None:
        return _fail(
            f"program {hook.program} runs on every transfer", transfer_hook_program_address=hook.program
        )
    if hook.authority is not None:
        return _fail(f"{hook.authority} can set a program that runs on every transfer")
    return _HARMLESS


def _pausable(pausable: Pausable) -> _Finding:
    if pausable.paused:
        return _fail("transfers are paused")
    if pausable.authority is not None:
        return _fail(
            f"{pausable.authority} can pause all transfers", pausable_authority_address=pausable.authority
        )
    return _HARMLESS


def _transfer_fee(config: TransferFeeConfig, epoch: int | None, policy: RiskPolicy) -> _Finding:
    facts: dict[str, str | int] = {
        "transfer_fee_older_bps": config.older.bps,
        "transfer_fee_newer_bps": config.newer.bps,
        "transfer_fee_newer_epoch": config.newer.epoch,
        "transfer_fee_authority": config.authority or "",
    }
    limit = policy.max_transfer_fee_bps
    if config.newer.bps > limit:
        since = f"from epoch {config.newer.epoch}"
        return _Finding(Outcome.FAIL, f"transfer fee {config.newer.bps} bps {since}, limit {limit}", facts)
    if config.older.bps > limit and epoch is None:
        return _Finding(Outcome.UNKNOWN, "epoch not known, so the transfer fee is not", facts)
    if epoch is not None and config.at(epoch).bps > limit:
        return _Finding(Outcome.FAIL, f"transfer fee {config.at(epoch).bps} bps, limit {limit}", facts)
    if config.authority is not None and not policy.allow_raisable_transfer_fee:
        return _Finding(Outcome.FAIL, f"{config.authority} can raise the transfer fee", facts)
    return _Finding(Outcome.PASS, f"transfer fee within {limit} bps", facts)


def _fail(reason: str, **facts: str | int) -> _Finding:
    return _Finding(Outcome.FAIL, reason, facts)


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    found = set(outcomes)
    if Outcome.FAIL in found:
        return Outcome.FAIL
    return Outcome.UNKNOWN if Outcome.UNKNOWN in found else Outcome.PASS
