"""What things are worth in US dollars by the pools on the ledger. Floats are for display only."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.sides import quote_side
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool
    from sniperforge.dex.raydium_cpmm.state import CpmmState
    from sniperforge.localnet.jupiter_api.pools import Pools
    from sniperforge.localnet.ledger.ledger import Ledger

MAX_IDS: Final = 50
_USDC_RAW: Final = Fraction(1, 10**6)


class Prices:
    """Dollars by the deepest pool of each mint against SOL or USDC; a USDC is a dollar."""

    def __init__(self, pools: Pools, ledger: Ledger) -> None:
        self._pools = pools
        self._ledger = ledger

    def raw_price(self, mint: str) -> Fraction | None:
        """Dollars per raw unit; ``None`` when no pool tells."""
        if mint == USDC_MINT:
            return _USDC_RAW
        best = max(self._priced(mint), default=None, key=lambda entry: entry[0])
        return None if best is None else best[1]

    def value(self, mint: str, raw: int) -> float | None:
        """Dollars of ``raw`` units."""
        price = self.raw_price(mint)
        return None if price is None else float(price * raw)

    def liquidity(self, mint: str) -> float:
        """Dollars in all pools of ``mint``: twice what lies in their vaults of SOL or USDC."""
        prices = {quote: self.raw_price(quote) for quote in (WSOL_MINT, USDC_MINT)}
        total = Fraction(0)
        for pool in self._pools.known(mint):
            quote_is_1 = quote_side(pool.token_0_mint, pool.token_1_mint) == 1
            price = prices.get(pool.token_1_mint if quote_is_1 else pool.token_0_mint)
            vault = pool.token_1_vault if quote_is_1 else pool.token_0_vault
            total += 0 if price is None else 2 * self._pools.held(vault) * price
        return float(total)

    def document(self, mints: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The answer of ``/price/v3``: what has no price is left out."""
        found = {}
        for mint in mints[:MAX_IDS]:
            price = self.raw_price(mint)
            pools = self._pools.known(mint)
            if price is None or not pools:
                continue
            decimals = pools[0].decimals_0 if mint == pools[0].token_0_mint else pools[0].decimals_1
            found[mint] = {
                "createdAt": iso_time(first_pool(pools).open_time),
                "liquidity": self.liquidity(mint),
                "usdPrice": float(price * 10**decimals),
                "blockId": self._ledger.chain.tip.slot,
                "decimals": decimals,
            }
        return found

    def _priced(self, mint: str) -> list[tuple[Fraction, Fraction]]:
        """``(depth, price)`` of every pool of ``mint`` that is priced in SOL or USDC."""
        entries = []
        for other in (USDC_MINT,) if mint == WSOL_MINT else (USDC_MINT, WSOL_MINT):
            dollars = self._quote_price(other)
            states = [] if dollars is None else self._pools.between(mint, other)
            entries += [_entry(state, mint, dollars or Fraction(0)) for state in states]
        return [entry for entry in entries if entry is not None]

    def _quote_price(self, mint: str) -> Fraction | None:
        return self.raw_price(mint) if mint in (WSOL_MINT, USDC_MINT) else None


def first_pool(pools: Sequence[CpmmPool]) -> CpmmPool:
    """The pool that opened first."""
    return min(pools, key=lambda pool: pool.open_time)


def iso_time(seconds: int) -> str:
    """Unix seconds as ``2026-09-28T20:45:50Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(state: CpmmState, mint: str, dollars: Fraction) -> tuple[Fraction, Fraction] | None:
    try:
        price = state.spot_price
    except RefusedError:
        return None
    is_base = mint == state.base_mint
    other = state.quote_liquidity if is_base else state.quote_liquidity / price
    return dollars * other, dollars * (price if is_base else 1 / price)
