"""Methods about money and work."""

from __future__ import annotations

from tests.localnet.kit import AT_ONCE, NOW, SOL, Bench, address


def test_the_supply_is_what_exists() -> None:
    """Fees leave it, airdrops do not change it; the faucet does not circulate."""
    bench = Bench(AT_ONCE)
    before = bench.value("getSupply")
    bench.node.faucet.drip(address(2), SOL)
    after = bench.value("getSupply", {"excludeNonCirculatingAccountsList": True})
    assert before["total"] - after["total"] == 5_000
    assert after["circulating"] - before["circulating"] == SOL
    assert after["nonCirculating"] == bench.node.faucet.balance()
    assert before["nonCirculatingAccounts"] == [bench.node.faucet.address]
    assert after["nonCirculatingAccounts"] == []


def test_the_largest_accounts() -> None:
    """By balance, at most twenty; with the faucet, without it, or only it."""
    bench = Bench()
    faucet = bench.node.faucet.address
    found = bench.value("getLargestAccounts", {"filter": None})
    assert found[0]["address"] == faucet
    assert len(found) == 20
    assert [entry["lamports"] for entry in found] == sorted(
        (entry["lamports"] for entry in found), reverse=True
    )
    assert faucet not in [
        entry["address"] for entry in bench.value("getLargestAccounts", {"filter": "circulating"})
    ]
    only = bench.value("getLargestAccounts", {"filter": "nonCirculating"})
    assert only == [{"address": faucet, "lamports": bench.node.faucet.balance()}]
    assert bench.fails("getLargestAccounts", {"filter": "x"}).rpc_code == -32602


def test_the_least_stake_is_the_stake_programs() -> None:
    """A SOL with the features of mainnet; without effect, at any commitment."""
    bench = Bench()
    before = bench.value("getSupply", {"commitment": "processed"})
    for commitment in ("processed", "confirmed", "finalized"):
        assert bench.value("getStakeMinimumDelegation", {"commitment": commitment}) == SOL
    assert bench.value("getStakeMinimumDelegation", None) == SOL
    assert bench.value("getSupply", {"commitment": "processed"}) == before
    assert bench.fails("getStakeMinimumDelegation", {"commitment": "x"}).rpc_code == -32602


def test_nothing_is_minted_and_nobody_votes() -> None:
    """Zero rates, no vote accounts."""
    bench = Bench()
    assert set(bench.ask("getInflationGovernor").values()) == {0.0}
    assert bench.ask("getInflationRate")["total"] == 0.0
    assert bench.ask("getVoteAccounts") == {"current": [], "delinquent": []}


def test_throughput_by_the_minute() -> None:
    """Newest first; only full minutes count."""
    bench = Bench()
    first = bench.ledger.chain.tip.slot
    assert bench.ask("getRecentPerformanceSamples") == []
    for minute in range(1, 4):
        for number in range(minute):
            bench.pay(address(2), SOL + number)
        bench.now = NOW + 60 * minute
        bench.ledger.advance(150)
    samples = bench.ask("getRecentPerformanceSamples")
    assert [sample["numTransactions"] for sample in samples] == [3, 2, 1]
    assert samples[0] == {
        "slot": first + 450,
        "numTransactions": 3,
        "numNonVoteTransactions": 3,
        "numSlots": 150,
        "samplePeriodSecs": 60,
    }
    assert len(bench.ask("getRecentPerformanceSamples", 1)) == 1
    assert bench.fails("getRecentPerformanceSamples", 721).rpc_code == -32602


def test_nobody_is_rewarded() -> None:
    """One null for each address; bad addresses are refused."""
    bench = Bench()
    assert bench.ask("getInflationReward", [address(1), address(2)], {"epoch": 3}) == [None, None]
    assert bench.fails("getInflationReward", ["x"]).rpc_code == -32602
