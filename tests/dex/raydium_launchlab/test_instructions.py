"""Building trades on LaunchLab; recorded ones are rebuilt role by role in the comparison with recordings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.raydium_launchlab.instructions import BUY_EXACT_IN, SELL_EXACT_IN, trade_exact_in
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError, RefusedError
from tests.dex.made import address
from tests.dex.raydium_launchlab.made_curve import CREATOR, PLATFORM, POOL, TOKEN, state

USER, USER_BASE, USER_QUOTE = address(1), address(2), address(3)


def test_a_purchase_and_a_sale_name_the_same_accounts() -> None:
    """The user's accounts are base and quote, not input and output."""
    bought, sold = (
        trade_exact_in(
            state(),
            user=USER,
            input_mint=mint,
            amount_in=5,
            minimum_out=6,
            user_input=given,
            user_output=taken,
        )
        for mint, given, taken in ((WSOL_MINT, USER_QUOTE, USER_BASE), (TOKEN, USER_BASE, USER_QUOTE))
    )
    assert bought.accounts == sold.accounts
    keys = [str(meta.pubkey) for meta in bought.accounts]
    assert keys[:7] == [USER, program.authority(), *keys[2:4], POOL, USER_BASE, USER_QUOTE]
    assert keys[15:] == [
        SYSTEM_PROGRAM,
        program.fee_vault_address(PLATFORM, WSOL_MINT),
        program.fee_vault_address(CREATOR, WSOL_MINT),
    ]
    writable = [index for index, meta in enumerate(bought.accounts) if meta.is_writable]
    signers = [index for index, meta in enumerate(bought.accounts) if meta.is_signer]
    assert (writable, signers) == ([4, 5, 6, 7, 8, 16, 17], [0])
    assert bytes(bought.data) == BUY_EXACT_IN + bytes([5, *bytes(7), 6, *bytes(15)])
    assert bytes(sold.data)[:8] == SELL_EXACT_IN
    assert str(bought.program_id) == program.MAINNET


def test_what_cannot_be_built_is_refused() -> None:
    """Amounts beyond a u64, fees to be shared, and what is no address."""
    usual = {
        "user": USER,
        "input_mint": TOKEN,
        "amount_in": 5,
        "minimum_out": 6,
        "user_input": USER_BASE,
        "user_output": USER_QUOTE,
    }
    for change in ({"amount_in": 2**64}, {"minimum_out": -1}):
        with pytest.raises(RefusedError, match="2\\^64"):
            trade_exact_in(state(), **usual | change)
    with pytest.raises(RefusedError, match="receiver"):
        trade_exact_in(replace(state(), share_fee_rate=1), **usual)
    with pytest.raises(DecodeError):
        trade_exact_in(state(), **usual | {"user": "nobody"})
