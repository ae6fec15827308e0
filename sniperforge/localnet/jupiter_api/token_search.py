"""What the ledger itself knows of a token, in the form of ``/tokens/v2``; it holds no names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.raydium_cpmm import program
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError
from sniperforge.localnet.jupiter_api.prices import first_pool, iso_time
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import pubkey
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool
    from sniperforge.localnet.jupiter_api.pools import Pools
    from sniperforge.localnet.jupiter_api.prices import Prices
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.tokens.mint import Mint

MAX_MINTS: Final = 100
MAX_FOUND: Final = 20
TOP_HOLDERS: Final = 10

_NAMES: Final = {WSOL_MINT: ("Wrapped SOL", "SOL"), USDC_MINT: ("USD Coin", "USDC")}


class Tokens:
    """Searches the mints that pools hold, and describes any mint."""

    def __init__(self, ledger: Ledger, pools: Pools, prices: Prices) -> None:
        self._ledger = ledger
        self._pools = pools
        self._prices = prices

    def search(self, query: str) -> list[dict[str, Any]]:
        """Tokens by mints, separated by commas, or by a part of symbol or name; all when it is empty."""
        words = [word.strip() for word in query.split(",") if word.strip()]
        if words and all(map(_is_address, words)):
            described = (self._describe(mint) for mint in dict.fromkeys(words[:MAX_MINTS]))
            return [token for token in described if token is not None]
        text = query.strip().lower()
        matching = [mint for mint in self._pools.mints() if text in " ".join(_named(mint)).lower()]
        described = (self._describe(mint) for mint in matching[:MAX_FOUND])
        return [token for token in described if token is not None]

    def _describe(self, address: str) -> dict[str, Any] | None:
        """``None`` for what no pool holds, as for a token that Jupiter has not seen."""
        account, pools = self._ledger.account(address), self._pools.known(address)
        if account is None or not pools:
            return None
        mint = decode_mint(account)
        name, symbol = _named(address)
        verified = address in _NAMES
        tags = ["verified" if verified else "unknown"]
        return {
            "id": address,
            "name": name,
            "symbol": symbol,
            "decimals": mint.decimals,
            "circSupply": mint.supply / 10**mint.decimals,
            "totalSupply": mint.supply / 10**mint.decimals,
            "tokenProgram": mint.program,
            **_authorities(mint),
            **self._facts(mint, pools),
            "organicScore": 0,
            "organicScoreLabel": "low",
            **({"isVerified": True} if verified else {}),
            "tags": [*tags, "token-2022"] if mint.program == TOKEN_2022_PROGRAM else tags,
            "updatedAt": iso_time(self._ledger.chain.tip.time),
        }

    def _facts(self, mint: Mint, pools: list[CpmmPool]) -> dict[str, Any]:
        """Holders, pools and price; what is not known is left out."""
        held, first = self._held(mint.address), first_pool(pools)
        opened = iso_time(first.open_time)
        audit: dict[str, Any] = {
            "mintAuthorityDisabled": mint.mint_authority is None,
            "freezeAuthorityDisabled": mint.freeze_authority is None,
        }
        if mint.supply:
            top = sorted(held.values(), reverse=True)[:TOP_HOLDERS]
            audit["topHoldersPercentage"] = 100 * sum(top) / mint.supply
        return {
            "holderCount": len(held),
            "audit": audit,
            "firstPool": {"id": first.address, "createdAt": opened},
            "createdAt": opened,
            **({} if mint.address in _NAMES else {"dev": first.creator}),
            **self._worth(mint),
        }

    def _worth(self, mint: Mint) -> dict[str, Any]:
        price = self._prices.raw_price(mint.address)
        if price is None:
            return {}
        worth = float(price * mint.supply)
        return {
            **({"fdv": worth, "mcap": worth} if mint.supply else {}),
            "usdPrice": float(price * 10**mint.decimals),
            "priceBlockId": self._ledger.chain.tip.slot,
            "liquidity": self._prices.liquidity(mint.address),
        }

    def _held(self, mint: str) -> dict[str, int]:
        """Raw units by owner, pools not among them."""
        held: dict[str, int] = {}
        for address in self._ledger.vm.index.by_mint(pubkey(mint)):
            account = self._ledger.account(address)
            token = None if account is None else decode_token_account(account)
            if token is not None and token.raw and token.owner != program.authority():
                held[token.owner] = held.get(token.owner, 0) + token.raw
        return held


def _authorities(mint: Mint) -> dict[str, str]:
    """Absent rather than null."""
    found = {"mintAuthority": mint.mint_authority, "freezeAuthority": mint.freeze_authority}
    return {name: authority for name, authority in found.items() if authority is not None}


def _named(mint: str) -> tuple[str, str]:
    return _NAMES.get(mint, (mint, mint[:6]))


def _is_address(text: str) -> bool:
    try:
        pubkey(text)
    except DecodeError:
        return False
    return True
