"""Landed transactions made by hand, for tests of what reads them: balances before and after, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.domain.chain import TokenBalance, TransactionView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class TokenChange:
    """A token account's balance around a transaction.

    Attributes:
        before, after: raw units; ``None`` where the account is not a token account at that moment.
        new_owner: who owns it afterwards, when that changes.
    """

    account: str
    mint: str
    owner: str
    before: int | None
    after: int | None
    decimals: int = 6
    new_owner: str | None = None


def transaction_view(
    payer: str,
    lamports: Mapping[str, tuple[int, int]],
    tokens: Sequence[TokenChange] = (),
    *,
    fee: int = 5_000,
    err: Any = None,
    signature: str = "signature",
    slot: int = 1,
    block_time: int | None = 1_700_000_000,
    signers: int = 1,
) -> TransactionView:
    """A transaction paid for by ``payer``, who comes first among its accounts.

    ``lamports`` is ``{address: (before, after)}`` of the accounts; the lamports of token accounts that it
    does not name are taken for unchanged.
    """
    unchanged = {change.account: (2_039_280, 2_039_280) for change in tokens}
    everyone = {payer: lamports.get(payer, (0, 0)), **unchanged, **lamports}
    return TransactionView(
        signature=signature,
        slot=slot,
        block_time=block_time,
        err=err,
        fee=fee,
        accounts=tuple(everyone),
        instructions=(),
        logs=(),
        pre_balances=tuple(before for before, _ in everyone.values()),
        post_balances=tuple(after for _, after in everyone.values()),
        pre_tokens=tuple(
            TokenBalance(change.account, change.mint, change.owner, change.before, change.decimals)
            for change in tokens
            if change.before is not None
        ),
        post_tokens=tuple(
            TokenBalance(
                change.account, change.mint, change.new_owner or change.owner, change.after, change.decimals
            )
            for change in tokens
            if change.after is not None
        ),
        signers=signers,
    )
