"""``sniperforge why``: verdicts on record."""

from __future__ import annotations

from sniperforge.domain.verdict import CheckResult, Decided, Outcome, Verdict
from sniperforge.store.shared import DecisionRow, SharedStore
from tests.trading import MINTS, POOLS, Project, Shell

BAD = CheckResult("freeze_authority", Outcome.FAIL, "X can freeze accounts", {"authority": "X"})
GOOD = CheckResult("lp_locked", Outcome.PASS, "100.00 % burned")


def judge(
    project: Project, *results: CheckResult, mint: str = MINTS[0], pool: str = POOLS[0], at: float = 0.0
) -> None:
    """Put a verdict on record."""
    refusals = tuple(each.name for each in results if each.outcome is not Outcome.PASS)
    decided = Decided.REFUSED if refusals else Decided.ACCEPTED
    verdict = Verdict(pool, mint, results, decided, refusals)
    store = SharedStore(project.chain_folder / "shared.db")
    row = ("lp-sniper", "raydium_cpmm", pool, mint, decided.value, verdict.grounds, verdict.to_json())
    store.record_decision(DecisionRow(at, project.wallet, *row))
    store.close()


def test_a_refusal_with_its_facts(shell: Shell, project: Project) -> None:
    """Who decided what and when, then every check."""
    judge(project, GOOD, BAD, at=1_700_000_000.0)
    ran = shell("why", MINTS[0])
    assert ran.out.splitlines() == [
        "LOCALNET",
        "2023-11-14 22:13:20 UTC, lp-sniper: refused: freeze_authority: X can freeze accounts",
        f"token {MINTS[0]}",
        f"pool  {POOLS[0]} (raydium_cpmm)",
        "  pass     lp_locked         100.00 % burned",
        "  fail     freeze_authority  X can freeze accounts",
    ]
    found = shell("why", POOLS[0], "--json").data["decisions"]
    assert found[0]["refused_by"] == ["freeze_authority"]
    assert found[0]["verdict"]["results"][1]["facts"] == {"authority": "X"}


def test_the_newest_first(shell: Shell, project: Project) -> None:
    """As many as asked for."""
    judge(project, BAD, at=1.0)
    judge(project, GOOD, at=2.0)
    found = shell("why", MINTS[0], "--json").data["decisions"]
    assert [each["decided"] for each in found] == ["accepted", "refused"]
    assert len(shell("why", MINTS[0], "--last", "1", "--json").data["decisions"]) == 1
    assert shell("why", MINTS[0]).out.count("token") == 2


def test_the_beginning_of_an_address_is_enough(shell: Shell, project: Project) -> None:
    """When it is the beginning of one only."""
    judge(project, BAD)
    judge(project, GOOD, mint=MINTS[1], pool=POOLS[1])
    assert shell("why", MINTS[1][:8], "--json").data["decisions"][0]["mint"] == MINTS[1]
    judge(project, GOOD, mint=MINTS[1][:8] + "x" * 36, pool=POOLS[1][:8] + "x" * 36)
    ran = shell("why", MINTS[1][:8])
    assert ran.code == 9
    assert "several addresses on record begin with" in ran.err


def test_unknown_addresses(shell: Shell, project: Project) -> None:
    """Exit 9 on a chain without a record, for a stranger, and for less than six letters."""
    assert shell("why", MINTS[0]).code == 9
    judge(project, BAD)
    for name in (MINTS[1], "zzzzzzzz", MINTS[0][:5]):
        ran = shell("why", name)
        assert (ran.code, ran.out) == (9, "")
        assert "only pools that a bot saw are on record" in ran.err
