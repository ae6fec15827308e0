"""What a landed transaction did to a wallet, from its balance deltas alone: never from a quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.domain.trade import Settlement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sniperforge.domain.chain import TokenBalance, TransactionView


def settle(
    view: TransactionView,
    wallet: str,
    tip_accounts: Collection[str] = TIP_ACCOUNTS,
    deposits: Collection[str] = (),
) -> Settlement:
    """The effect of ``view`` on ``wallet``.

    SOL is counted over the wallet and its wrapped-SOL accounts; whatever is not fee, tip or rent of its
    other token accounts is the trade. An account made and closed inside the transaction leaves no trace.

    Args:
        view: the landed transaction, failed ones included.
        wallet: base58.
        tip_accounts: addresses to which lamports from this wallet count as a tip.
        deposits: the wallet's own accounts that hold nothing but rent, such as its nonce accounts.
    """
    owned = _owned_accounts(view, wallet)
    lamports_delta = view.lamports_delta(wallet)
    wsol_delta = _wrapped(view, view.post_tokens, view.post_balances, wallet) - _wrapped(
        view, view.pre_tokens, view.pre_balances, wallet
    )
    rented = {account for account, mint in owned.items() if mint != WSOL_MINT}.union(deposits)
    rents = [view.lamports_delta(account) for account in rented]
    rent_paid = sum(delta for delta in rents if delta > 0)
    rent_returned = -sum(delta for delta in rents if delta < 0)
    pays = bool(view.accounts) and view.accounts[0] == wallet
    fee = view.fee if pays else 0
    tip = sum(max(view.lamports_delta(account), 0) for account in tip_accounts) if pays else 0
    return Settlement(
        signature=view.signature,
        slot=view.slot,
        block_time=view.block_time,
        lamports_delta=lamports_delta,
        wsol_delta=wsol_delta,
        token_deltas=_token_deltas(view, wallet),
        fee=fee,
        tip=tip,
        rent_paid=rent_paid,
        rent_returned=rent_returned,
        trade=lamports_delta + wsol_delta + fee + tip + rent_paid - rent_returned,
        err=view.err,
    )


def _wrapped(
    view: TransactionView, tokens: Iterable[TokenBalance], lamports: Iterable[int], wallet: str
) -> int:
    """Lamports in the wrapped-SOL accounts that were the wallet's at that moment: accounts change hands."""
    own = {balance.account for balance in tokens if balance.owner == wallet and balance.mint == WSOL_MINT}
    return sum(amount for account, amount in zip(view.accounts, lamports, strict=True) if account in own)


def _owned_accounts(view: TransactionView, wallet: str) -> dict[str, str]:
    """The wallet's token accounts in the transaction: ``{account: mint}``."""
    both = (*view.pre_tokens, *view.post_tokens)
    return {balance.account: balance.mint for balance in both if balance.owner == wallet}


def _token_deltas(view: TransactionView, wallet: str) -> dict[str, int]:
    before = _balances(view.pre_tokens, wallet)
    after = _balances(view.post_tokens, wallet)
    deltas = {mint: after.get(mint, 0) - before.get(mint, 0) for mint in before.keys() | after.keys()}
    return {mint: delta for mint, delta in deltas.items() if delta and mint != WSOL_MINT}


def _balances(balances: Iterable[TokenBalance], wallet: str) -> dict[str, int]:
    totals: dict[str, int] = {}
    for balance in balances:
        if balance.owner == wallet:
            totals[balance.mint] = totals.get(balance.mint, 0) + balance.raw
    return totals
