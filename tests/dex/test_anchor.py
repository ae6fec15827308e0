"""Anchor discriminators against values recorded on mainnet."""

from __future__ import annotations

from sniperforge.dex import anchor


def test_discriminators_match_recorded_ones() -> None:
    """Instruction, account and event prefixes seen in recorded transactions and accounts."""
    assert anchor.instruction_discriminator("initialize").hex() == "afaf6d1f0d989bed"
    assert anchor.instruction_discriminator("initialize_with_permission").hex() == "3f37fe4131b25979"
    assert anchor.instruction_discriminator("swap_base_input").hex() == "8fbe5adac41e33de"
    assert anchor.instruction_discriminator("swap_base_output").hex() == "37d96256a34ab4ad"
    assert anchor.instruction_discriminator("deposit").hex() == "f223c68952e1f2b6"
    assert anchor.instruction_discriminator("withdraw").hex() == "b712469c946da122"
    assert anchor.instruction_discriminator("migrate_to_cpswap").hex() == "885cc8671cda908c"
    assert anchor.account_discriminator("PoolState").hex() == "f7ede3f5d7c3de46"
    assert anchor.account_discriminator("AmmConfig").hex() == "daf42168cbcb2b6f"
    assert anchor.event_discriminator("SwapEvent").hex() == "40c6cde8260871e2"
    assert anchor.event_discriminator("LpChangeEvent").hex() == "79a3cdc939da753c"
