"""What is known of tokens."""

from __future__ import annotations

from sniperforge.dex.raydium_cpmm import program
from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from tests.localnet.jupiter_api.bench import Bench


def test_search_by_mint_name_and_nothing() -> None:
    """Several mints at once; a part of a symbol; all of them."""
    bench = Bench()
    tokens = bench.context.tokens
    both = tokens.search(f"{USDC_MINT},{WSOL_MINT},{USDT_MINT},{bench.user}")
    assert [token["symbol"] for token in both] == ["USDC", "SOL"]
    assert USDC_MINT in {token["id"] for token in tokens.search("usd co")}
    assert tokens.search(bench.token[:5].lower())[0]["id"] == bench.token
    assert tokens.search("no such thing") == []
    assert len(tokens.search("")) == len(bench.context.pools.mints())


def test_facts_are_the_ledgers() -> None:
    """Holders without the pool, authorities, the creator, the supply."""
    bench = Bench()
    (token,) = bench.context.tokens.search(bench.token)
    mint = bench.chain.mint(bench.token)
    held = [account for account in bench.chain.holders(mint_key(bench.token)) if account.raw]
    owners = {account.owner: account.raw for account in held if account.owner != program.authority()}
    assert token["holderCount"] == len(owners)
    assert token["totalSupply"] == mint.supply / 10**mint.decimals
    assert token["audit"]["mintAuthorityDisabled"] == (mint.mint_authority is None)
    assert ("mintAuthority" in token) == (mint.mint_authority is not None)
    top = sum(sorted(owners.values(), reverse=True)[:10])
    assert token["audit"]["topHoldersPercentage"] == 100 * top / mint.supply
    assert token["dev"] == bench.context.pools.of(bench.token)[0].pool.creator


def mint_key(text: str):  # type: ignore[no-untyped-def]
    from solders.pubkey import Pubkey

    return Pubkey.from_string(text)
