"""Which token accounts of a wallet may be closed for their rent, and why others are kept. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.app.pool_lookup import COMMITMENT, load_pool
from sniperforge.chain.mint_cache import MintCache
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.amounts import TokenAmount, format_sol
from sniperforge.domain.trade import PositionState
from sniperforge.errors import DecodeError, NotFoundError, RefusedError
from sniperforge.execution.reclaim import Disposal, disposal_of, obstacle
from sniperforge.tokens.account import decode_token_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sniperforge.chain.mint_cache import MintRecord
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account
    from sniperforge.domain.trade import Position
    from sniperforge.store.journal_reader import JournalReader
    from sniperforge.tokens.account import TokenAccount
    from sniperforge.tokens.mint_facts import MintFacts

NEEDS_CONSENT = "holds tokens: --worthless burns what is known to be worth nothing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user allows to be closed beside empty accounts.

    Attributes:
        worthless: tokens whose worth is known to be nothing.
        mints: tokens named by hand, whatever they are worth.
        nonces: the wallet's nonce accounts too; the next position makes new ones.
    """

    worthless: bool = False
    mints: frozenset[str] = frozenset()
    nonces: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token account and what is to become of it.

    Attributes:
        amount: what it holds; ``None`` when its mint cannot be read.
        rent: lamports in it.
        keep: why it stays; empty when it is closed.
        disposal: how it is closed; ``None`` when it stays.
    """

    account: str
    mint: str
    program: str
    amount: TokenAmount | None
    rent: int
    keep: str = ""
    disposal: Disposal | None = None

    @property
    def action(self) -> str:
        """``close``, ``burn`` (and close) or ``keep``."""
        if self.disposal is None:
            return "keep"
        return "burn" if self.disposal.burn else "close"

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "account": self.account,
            "mint": self.mint,
            "token_program": self.program,
            "amount": self.amount.to_json() if self.amount else None,
            "rent_sol": format_sol(self.rent),
            "action": self.action,
            "reason": self.keep,
        }


async def survey(
    rpc: RpcClient,
    wallet: str,
    journal: JournalReader | None,
    wanted: Wanted,
    *,
    sale_fee: int,
    record: MintRecord | None = None,
) -> tuple[Candidate, ...]:
    """Every token account of ``wallet``: those to close first, then those that stay.

    Args:
        journal: ``None`` when the wallet never traded here; then nothing but what is named is worthless.
        sale_fee: lamports that a sale costs: what brings less is worth nothing.
        record: of mints that were read before.

    Raises:
        UnavailableError: the node does not answer.
    """
    found = await rpc.token_accounts_by_owner(wallet, COMMITMENT)
    mints = await MintCache(rpc, record).facts(sorted({mint for each in found if (mint := _mint_of(each))}))
    look = _Survey(rpc, wallet, journal, wanted, sale_fee, mints)
    candidates = [await look.at(each) for each in found]
    return tuple(sorted(candidates, key=lambda each: (each.disposal is None, each.action, each.account)))


@dataclass(frozen=True, slots=True)
class _Survey:
    rpc: RpcClient
    wallet: str
    journal: JournalReader | None
    wanted: Wanted
    sale_fee: int
    mints: Mapping[str, MintFacts | None]

    async def at(self, found: Account) -> Candidate:
        try:
            account = decode_token_account(found)
        except DecodeError as error:
            return Candidate(found.address, "", found.owner, None, found.lamports, error.message)
        keep = obstacle(account, self.wallet) or self._in_use(account)
        if account.raw and not keep:
            keep = await self._worth(account)
        return Candidate(
            account.address,
            account.mint,
            account.program,
            self._amount(account),
            account.lamports,
            keep,
            None if keep else disposal_of(account),
        )

    def _amount(self, account: TokenAccount) -> TokenAmount | None:
        mint = self.mints.get(account.mint)
        return None if mint is None else TokenAmount(account.mint, account.raw, mint.decimals)

    def _in_use(self, account: TokenAccount) -> str:
        """Trading needs it, or a transaction that is about it may still land."""
        if self.journal is None:
            return ""
        if self.journal.held_mint(account.mint) is not None:
            return "of a held position"
        for intent, _ in self.journal.unresolved():
            if account.mint == intent.mint or account.address in intent.facts.get("accounts", ()):
                return f"a {intent.kind} about it is in flight"
        return ""

    async def _worth(self, account: TokenAccount) -> str:
        """Why what it holds may not be burned; empty when it may."""
        if account.mint in self.wanted.mints:
            return ""
        if not self.wanted.worthless:
            return NEEDS_CONSENT
        last = self._last_position(account.mint)
        if last is None:
            return "not bought here, so its worth is not known: --burn MINT burns it all the same"
        if last.state is PositionState.WORTHLESS:
            return ""
        return await self._priced(account, last.pool)

    async def _priced(self, account: TokenAccount, pool: str) -> str:
        try:
            quoted = (await load_pool(self.rpc, pool)).state.quote(account.mint, account.raw)
        except NotFoundError as error:
            return f"its worth is not known: {error.message}"
        except RefusedError:
            return ""  # its pool pays nothing for it
        if quoted.output_mint != WSOL_MINT:
            return "its worth in SOL is not known"
        if quoted.amount_out > self.sale_fee:
            return f"worth {format_sol(quoted.amount_out)} SOL in its pool: sell it"
        return ""

    def _last_position(self, mint: str) -> Position | None:
        ended: Sequence[Position] = ()
        if self.journal is not None:
            ended = self.journal.positions((PositionState.CLOSED, PositionState.WORTHLESS))
        return next((each for each in reversed(ended) if each.mint == mint), None)


def _mint_of(account: Account) -> str:
    try:
        return decode_token_account(account).mint
    except DecodeError:
        return ""
