"""All venues at once: lookup, order of events, creations and what must not pass for one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge import dex
from sniperforge.dex import registry
from sniperforge.dex.invoke_stack import is_truncated
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.chain import LogsNotice
from sniperforge.testing.fixtures import read_recording, recordings

CPMM = program.MAINNET
ATA = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
INITIALIZE = "Program log: Instruction: Initialize"
MIGRATION = read_recording(recordings("raydium_cpmm")["create_via_launchlab_migration_mainnet"])["result"]
SHARED_PARTS = {
    "account_roles",
    "anchor",
    "anchor_events",
    "arrivals",
    "byte_reader",
    "checked_json",
    "derive",
    "dispatch",
    "document",
    "fetched",
    "fixed_point",
    "growing_layout",
    "inner_calls",
    "invoke_stack",
    "launchpads",
    "message",
    "pair_view",
    "parsed_transfer",
    "pool_events",
    "pump_fees",
    "registry",
    "sides",
    "token_flow",
    "transaction",
    "venue",
}


def notice(*lines: str, err: object = None) -> LogsNotice:
    """A notice with these lines."""
    return LogsNotice("sig", 5, err, lines)


def notice_of(result: dict) -> LogsNotice:
    """The notice of a recorded transaction."""
    return LogsNotice("sig", 5, result["meta"]["err"], tuple(result["meta"]["logMessages"]))


def test_every_file_is_a_registered_venue_or_a_shared_part() -> None:
    """Files and folders of ``dex`` are the registry's names, apart from what venues share."""
    folder = Path(dex.__file__).parent
    names = {path.stem for path in folder.iterdir() if not path.name.startswith("__")}
    assert names - SHARED_PARTS == {detector.name for detector in registry.DETECTORS}


def test_lookup_by_name_program_and_cluster() -> None:
    """An embedded network uses mainnet's ids; a cluster without the program has none."""
    venue = registry.venue_named("raydium_cpmm")
    assert venue is registry.VENUES[0]
    assert registry.venue_named("nowhere") is None
    assert registry.DETECTOR_BY_PROGRAM[CPMM] is venue
    for cluster, expected in (
        ("mainnet", CPMM),
        ("local-1a2b3c4d", CPMM),
        ("localnet", CPMM),
        ("devnet", program.DEVNET),
        ("testnet", None),
    ):
        assert registry.program_on(venue, cluster) == expected
        assert (expected in registry.programs_on(cluster)) == (expected is not None)
    assert registry.programs_on("testnet") == ()
    assert registry.programs_on("mainnet", ("raydium_cpmm",)) == (CPMM,)
    assert len(registry.programs_on("mainnet")) > 1


def test_recorded_creations_are_found_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """In the logs of all CPMM and LaunchLab recordings, exactly the creations that landed are seen."""
    matched = 0
    for folder in ("raydium_cpmm", "raydium_launchlab", "raydium_amm_v4", "pumpfun", "risk_mints"):
        for name, path in recordings(folder).items():
            result = read_recording(path).get("result")
            if not result:
                continue
            found = registry.creations_in(notice_of(result))
            events = registry.events_of(parse_transaction(result))
            created = [event for event in events if event.kind.value == "pool_created" and not event.failed]
            assert [(mark.dex, mark.program_id) for mark in found] == [
                (event.dex, event.program_id) for event in created
            ], name
            raw = json.dumps(list(result["meta"]["logMessages"])).encode()
            assert not found or any(needle in raw for needle in registry.NEEDLES), name
            matched += 1
    with capsys.disabled():
        print(f"\ncreations in logs: matched {matched} of {matched}")
    assert matched >= 8


def test_a_failed_creation_is_none() -> None:
    """The marker of a transaction that failed created nothing."""
    assert registry.creations_in(notice_of(MIGRATION))
    assert registry.creations_in(replace(notice_of(MIGRATION), err={"InstructionError": [2, "x"]})) == ()


@pytest.mark.parametrize(
    "line",
    [
        "Program log: Instruction: InitializeAccount3",
        "Program log: Instruction: InitializeMint2",
        "Program log: Instruction: InitializeImmutableOwner",
        "Program log: Initialize the associated token account",
        INITIALIZE,
    ],
)
def test_other_programs_lines_inside_a_swap_are_no_creation(line: str) -> None:
    """Token programs initialise accounts during swaps, before and between the DEX's own lines."""
    lines = (
        f"Program {ATA} invoke [1]",
        line,
        f"Program {ATA} success",
        "Program JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4 invoke [1]",
        f"Program {CPMM} invoke [2]",
        "Program log: Instruction: SwapBaseInput",
        f"Program {ATA} invoke [3]",
        line,
        f"Program {ATA} success",
        f"Program {CPMM} success",
        line,
        "Program JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4 success",
    )
    assert registry.creations_in(notice(*lines)) == ()


@pytest.mark.parametrize(
    "line",
    [
        f"{INITIALIZE}Account3",
        f"{INITIALIZE} ",
        f" {INITIALIZE}",
        f"Program log: {INITIALIZE}",
        f"Program data: {INITIALIZE}",
        f"{INITIALIZE}\n",
    ],
)
def test_only_the_exact_line_counts(line: str) -> None:
    """Even in the program's own frame, a line that merely contains the marker is none."""
    assert registry.creations_in(notice(f"Program {CPMM} invoke [1]", line, f"Program {CPMM} success")) == ()
    assert registry.creations_in(notice(f"Program {CPMM} invoke [1]", INITIALIZE)) != ()


def test_two_creations_in_one_transaction_are_two() -> None:
    """Each call counts once, whatever follows."""
    call = (f"Program {CPMM} invoke [1]", INITIALIZE, f"Program {CPMM} success")
    found = registry.creations_in(notice(*call, *call, "Program log: x"))
    assert [(mark.dex, mark.signature, mark.slot) for mark in found] == [("raydium_cpmm", "sig", 5)] * 2


def test_truncated_logs_can_hide_a_creation() -> None:
    """Nothing is claimed about lines that were cut off, but the cut is visible."""
    cut = notice(f"Program {CPMM} invoke [1]", "Log truncated")
    assert registry.creations_in(cut) == ()
    assert is_truncated(cut.logs)


def test_needles_are_whole_json_strings() -> None:
    """The quotes around a needle keep the token program's longer lines out of the prefilter."""
    assert b'"Program log: Instruction: Initialize"' in registry.NEEDLES
    assert all(needle.startswith(b'"Program log: ') for needle in registry.NEEDLES)


def test_a_program_has_its_own_needles() -> None:
    """A stream of one venue's transactions looks for its creations only; any other stream for all."""
    assert registry.needles_for(CPMM) == (
        b'"Program log: Instruction: Initialize"',
        b'"Program log: Instruction: InitializeWithPermission"',
    )
    assert registry.needles_for(ATA) == registry.NEEDLES
    assert set().union(*map(registry.needles_for, registry.DETECTOR_BY_PROGRAM)) == set(registry.NEEDLES)


def test_transactions_of_other_programs_have_no_events() -> None:
    """Without an instruction of a known program nothing is looked at."""
    view = parse_transaction(MIGRATION)
    others = tuple(ix for ix in view.instructions if ix.program_id not in registry.DETECTOR_BY_PROGRAM)
    assert registry.events_of(replace(view, instructions=others)) == ()


def test_more_calls_than_instructions_match_nothing() -> None:
    """A node that left out inner instructions but logged them: amounts come from elsewhere or stay away."""
    view = parse_transaction(MIGRATION)
    twice = replace(view, logs=view.logs + view.logs, post_tokens=())
    created = registry.events_of(twice)[1]
    assert "vault_0_amount" not in created.amounts


LINES = st.sampled_from(
    [
        f"Program {CPMM} invoke [1]",
        f"Program {CPMM} invoke [2]",
        f"Program {CPMM} success",
        f"Program {ATA} invoke [1]",
        f"Program {ATA} invoke [2]",
        f"Program {ATA} success",
        INITIALIZE,
        "Program log: liquidity:1, lock_lp_amount:100, vault_0_amount:5,vault_1_amount:6",
        "Program data: QMbN6CYIceIf7ASCCKJlUA==",
        "Log truncated",
    ]
)


@settings(deadline=None)
@given(st.lists(LINES | st.text(max_size=20), max_size=30))
def test_any_logs_give_creations_that_events_confirm(lines: list[str]) -> None:
    """Both ways of reading the same notice agree on how many pools were created."""
    given_notice = notice(*lines)
    created = [event for event in registry.events_of_logs(given_notice) if event.kind.value == "pool_created"]
    assert len(created) == len(registry.creations_in(given_notice))


def test_a_marker_may_be_the_start_of_a_line() -> None:
    """AMM v4 prints the arguments behind it; elsewhere in a line, or in another program, it is none."""
    amm = registry.venue_named("raydium_amm_v4")
    assert amm is not None
    start = "Program log: initialize2: InitializeInstruction2 {"
    line = start + " nonce: 254, open_time: 0, init_pc_amount: 1, init_coin_amount: 2 }"
    call = (f"Program {amm.programs['mainnet']} invoke [1]", line)
    assert [mark.dex for mark in registry.creations_in(notice(*call))] == ["raydium_amm_v4"]
    assert registry.creations_in(notice(f"Program {CPMM} invoke [1]", line)) == ()
    assert registry.creations_in(notice(call[0], f"Program log: x {line}")) == ()
    assert f'"{start}'.encode() in registry.NEEDLES


def test_unknown_forms_are_told() -> None:
    """An instruction of a known program that its detector does not know is named, with what tells it apart."""
    view = parse_transaction(MIGRATION)
    index, known = next((i, ix) for i, ix in enumerate(view.instructions) if ix.program_id == CPMM)
    strange = replace(known, data=b"\x01\x02" + known.data[2:])
    instructions = (*view.instructions[:index], strange, *view.instructions[index + 1 :])
    reading = registry.read_transaction(replace(view, instructions=instructions))
    (unknown,) = reading.unrecognised
    assert (unknown.dex, unknown.program_id, unknown.path) == ("raydium_cpmm", CPMM, known.path)
    assert unknown.discriminator == strange.data[:8].hex()
    assert unknown.accounts == len(known.accounts)
    assert len(reading.events) == len(registry.events_of(view)) - 1
