"""The accounts that the curve program needs on a fresh chain."""

from __future__ import annotations

import struct

import pytest
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.vm import Vm
from sniperforge.localnet.program.pump_curve import genesis
from sniperforge.localnet.program.pump_curve import instructions as pump

ACCOUNTS = genesis.genesis_accounts()


def test_settings_and_schedule_are_where_the_programs_look() -> None:
    """Each owned by its program, with its tag; then 24 recipients who can be paid."""
    settings, schedule, *recipients = ACCOUNTS
    assert (settings.address, settings.owner, len(settings.data)) == (
        *(str(pump.GLOBAL), str(pump.PROGRAM)),
        1_087,
    )
    assert (schedule.address, schedule.owner) == (str(pump.FEE_CONFIG), str(pump.FEE_PROGRAM))
    assert len(recipients) == len({account.address for account in recipients}) == 24
    assert {account.owner for account in recipients} == {SYSTEM_PROGRAM}


def test_the_settings_have_mainnets_values() -> None:
    """Start values, rates and all three lists of recipients at their published places."""
    data = genesis.global_account().data
    assert struct.unpack_from("<4Q", data, 73) == (
        1_073_000_000_000_000,
        30_000_000_000,
        793_100_000_000_000,
        10**15,
    )
    assert struct.unpack_from("<Q", data, 997) == (5_000,)

    def keys(offset: int, count: int) -> tuple[str, ...]:
        return tuple(str(Pubkey(data[at : at + 32])) for at in range(offset, offset + 32 * count, 32))

    assert keys(41, 1) + keys(162, 7) == genesis.FEE_RECIPIENTS
    assert keys(483, 1) + keys(516, 7) == genesis.RESERVED_FEE_RECIPIENTS
    assert keys(741, 8) == genesis.BUYBACK_RECIPIENTS


def test_the_schedule_has_one_tier() -> None:
    """95 and 30 basis points at every market cap, for every quote."""
    data = genesis.fee_config().data
    rates = struct.pack("<3Q", 0, 95, 30)
    tier = struct.pack("<I", 1) + bytes(16) + rates
    assert data[41:] == rates + tier + tier + rates


@pytest.mark.parametrize("account", ACCOUNTS, ids=[account.address[:6] for account in ACCOUNTS])
def test_each_pays_its_rent(account: Account) -> None:
    """Exactly what the SVM asks for its size."""
    assert account.lamports == Vm().svm.minimum_balance_for_rent_exemption(len(account.data))
