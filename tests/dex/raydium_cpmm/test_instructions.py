"""Built swaps against recorded ones, role by role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import decode_pool
from sniperforge.dex.raydium_cpmm.instructions import swap_base_input
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import InstructionView
from sniperforge.errors import DecodeError, RefusedError
from sniperforge.testing.fixtures import read_recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool

ROLES = (
    "payer",
    "authority",
    "amm_config",
    "pool_state",
    "input_token_account",
    "output_token_account",
    "input_vault",
    "output_vault",
    "input_token_program",
    "output_token_program",
    "input_token_mint",
    "output_token_mint",
    "observation_state",
)
WRITABLE = {3, 4, 5, 6, 7, 12}


def recorded() -> list[tuple[str, dict[str, Any], InstructionView]]:
    """Every recorded swap_base_input: its decoded roles and arguments, and the raw instruction."""
    found = []
    for name, path in recordings("raydium_cpmm").items():
        document = read_recording(path)
        if "result" not in document:
            continue
        by_path = {view.path: view for view in parse_transaction(document["result"]).instructions}
        found += [
            (name, entry, by_path[tuple(map(int, entry["path"].split(".")))])
            for entry in document["decoded"]
            if (entry["program"], entry.get("name")) == ("CPMM", "swap_base_input")
        ]
    return found


def pool_of(roles: dict[str, str], blank: CpmmPool, input_is_0: bool) -> CpmmPool:
    """The pool that such a swap names."""
    one, two = ("input", "output") if input_is_0 else ("output", "input")
    return type(blank)(
        **{name: getattr(blank, name) for name in blank.__slots__}
        | {
            "address": roles["pool_state"],
            "amm_config": roles["amm_config"],
            "observation": roles["observation_state"],
            "token_0_vault": roles[f"{one}_vault"],
            "token_1_vault": roles[f"{two}_vault"],
            "token_0_mint": roles[f"{one}_token_mint"],
            "token_1_mint": roles[f"{two}_token_mint"],
            "token_0_program": roles[f"{one}_token_program"],
            "token_1_program": roles[f"{two}_token_program"],
        }
    )


@pytest.fixture
def blank(pool_accounts: Callable[..., Any]) -> CpmmPool:
    """Some pool whose addresses the tests replace."""
    made = pool_accounts()
    return decode_pool(made.pack()[made.pool])


def test_built_swaps_equal_recorded_ones(blank: CpmmPool, capsys: pytest.CaptureFixture[str]) -> None:
    """Same program, data and account in every role, whichever token is sold."""
    swaps = recorded()
    for name, entry, view in swaps:
        for input_is_0 in (True, False):
            roles, args = entry["accounts"], entry["args"]
            built = swap_base_input(
                pool_of(roles, blank, input_is_0),
                user=roles["payer"],
                input_mint=roles["input_token_mint"],
                amount_in=args["amount_in"],
                minimum_out=args["minimum_amount_out"],
                user_input=roles["input_token_account"],
                user_output=roles["output_token_account"],
            )
            assert str(built.program_id) == view.program_id, name
            assert bytes(built.data) == view.data, name
            for index, role in enumerate(ROLES):
                assert str(built.accounts[index].pubkey) == view.accounts[index] == roles[role], (name, role)
            assert len(built.accounts) == len(view.accounts) == len(ROLES), name
    with capsys.disabled():
        print(f"\nswap instructions: matched {len(swaps)} of {len(swaps)}")
    assert len(swaps) >= 3


def test_only_the_user_signs_and_only_what_changes_is_writable(blank: CpmmPool) -> None:
    """Signer and writable flags are the program's, role by role."""
    built = swap_base_input(
        blank,
        user=SYSTEM_PROGRAM,
        input_mint=WSOL_MINT,
        amount_in=1,
        minimum_out=2**64 - 1,
        user_input=SYSTEM_PROGRAM,
        user_output=TOKEN_2022_PROGRAM,
    )
    assert [index for index, meta in enumerate(built.accounts) if meta.is_signer] == [0]
    assert {index for index, meta in enumerate(built.accounts) if meta.is_writable} == WRITABLE
    assert built.accounts[1].pubkey == Pubkey.from_string(program.authority())
    assert bytes(built.data)[8:] == (1).to_bytes(8, "little") + b"\xff" * 8


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount_in": 2**64}, RefusedError),
        ({"minimum_out": -1}, RefusedError),
        ({"user": "nobody"}, DecodeError),
    ],
)
def test_impossible_swaps_are_not_built(
    blank: CpmmPool, changes: dict[str, Any], error: type[Exception]
) -> None:
    """Amounts beyond a u64 and texts that are no addresses are refused."""
    values: dict[str, Any] = {
        "user": SYSTEM_PROGRAM,
        "input_mint": WSOL_MINT,
        "amount_in": 1,
        "minimum_out": 1,
        "user_input": SYSTEM_PROGRAM,
        "user_output": SYSTEM_PROGRAM,
    }
    with pytest.raises(error):
        swap_base_input(blank, **values | changes)
