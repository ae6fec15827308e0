"""Built swaps; test_recorded.py compares them with recorded ones, role by role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import decode_pool
from sniperforge.dex.raydium_cpmm.instructions import swap_base_input
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool

WRITABLE = {3, 4, 5, 6, 7, 12}


@pytest.fixture
def blank(pool_accounts: Callable[..., Any]) -> CpmmPool:
    """Some pool whose addresses the tests replace."""
    made = pool_accounts()
    return decode_pool(made.pack()[made.pool])


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
