"""Instructions of token issuers, judged by the token programs of the SVM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.keypair import Keypair

from sniperforge.localnet.market.token_admin import (
    MINT_SIZE,
    MintExtension,
    arm_hook,
    burn,
    close_authority,
    close_mint,
    create_mint,
    default_state,
    freeze,
    freeze_new_accounts,
    mint_to,
    name_mint,
    non_transferable,
    own_metadata,
    permanent_delegate,
    revoke,
    schedule_fee,
    transfer_fee,
    transfer_hook,
)
from sniperforge.localnet.program.cpmm.instructions import TOKEN, TOKEN_2022, associated_token_account
from sniperforge.tokens.extensions import (
    DefaultAccountState,
    MintCloseAuthority,
    NonTransferable,
    PermanentDelegate,
    TransferHook,
)
from sniperforge.tokens.instructions import create_associated_token_account
from sniperforge.tokens.transfer_fee import TransferFeeConfig
from tests.localnet.market.bench import SOL, Chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

    from sniperforge.localnet.market.actor import Actor

MINT = Keypair.from_seed(b"m" * 32)
PROGRAMS = [pytest.param(0, TOKEN, id="spl"), pytest.param(250, TOKEN_2022, id="token-2022")]


class Issuer:
    """Somebody with a fresh mint and an account of it."""

    def __init__(
        self, fee_bps: int, *, freezes: bool = False, extensions: Sequence[MintExtension] = ()
    ) -> None:
        self.chain = Chain()
        self.actor: Actor = self.chain.funded("issuer", 10 * SOL)
        self.me: Pubkey = self.actor.key
        extended = [*extensions, *([transfer_fee(self.me, fee_bps)] if fee_bps else [])]
        self.program = TOKEN_2022 if extended else TOKEN
        self.tokens = associated_token_account(self.me, MINT.pubkey(), self.program)
        me, mint = str(self.me), str(MINT.pubkey())
        made = create_mint(
            self.me,
            MINT.pubkey(),
            decimals=7,
            freeze_authority=self.me if freezes else None,
            lamports=6_000_000,
            extensions=extended,
        )
        assert self.does(*made, create_associated_token_account(me, me, mint, str(self.program)), signer=MINT)

    def does(self, *instructions: Instruction, signer: Keypair | None = None) -> bool:
        """Whether the programs accepted a transaction."""
        record = self.actor.send(instructions, *([signer] if signer else []))
        return record is not None and record.err is None

    def mints(self, raw: int) -> bool:
        """Whether new tokens could be made."""
        return self.does(mint_to(MINT.pubkey(), self.tokens, self.me, raw, self.program))


@pytest.mark.parametrize(("fee_bps", "program"), PROGRAMS)
def test_a_mint_is_what_was_asked_for(fee_bps: int, program: Pubkey) -> None:
    """Program, size, decimals and authorities; its issuer may mint."""
    issuer = Issuer(fee_bps)
    account = issuer.chain.ledger.account(str(MINT.pubkey()))
    assert account is not None
    assert len(account.data) == (278 if fee_bps else MINT_SIZE)
    mint = issuer.chain.mint(MINT.pubkey())
    assert (mint.program, mint.decimals, mint.supply) == (str(program), 7, 0)
    assert (mint.mint_authority, mint.freeze_authority) == (str(issuer.me), None)
    assert issuer.mints(1_000)
    assert issuer.chain.mint(MINT.pubkey()).supply == 1_000
    assert issuer.chain.token_account(issuer.tokens).raw == 1_000


def test_a_transfer_fee_is_an_extension_of_the_mint() -> None:
    """The rate as asked, without a cap that matters, and its issuer may change it and collect."""
    issuer = Issuer(250)
    fee = issuer.chain.mint(MINT.pubkey()).extension(TransferFeeConfig)
    assert fee is not None
    assert (fee.newer.bps, fee.newer.maximum) == (250, 2**64 - 1)
    assert fee.authority == fee.withdraw_authority == str(issuer.me)
    assert Issuer(0).chain.mint(MINT.pubkey()).extensions == ()


@pytest.mark.parametrize(("fee_bps", "program"), PROGRAMS)
def test_a_mint_authority_given_up_is_gone(fee_bps: int, program: Pubkey) -> None:
    """Nobody is named any more, and minting fails."""
    issuer = Issuer(fee_bps)
    assert issuer.does(revoke(MINT.pubkey(), issuer.me, program, freeze=False))
    assert issuer.chain.mint(MINT.pubkey()).mint_authority is None
    assert not issuer.mints(1)


@pytest.mark.parametrize(("fee_bps", "program"), PROGRAMS)
def test_freezing_needs_its_authority(fee_bps: int, program: Pubkey) -> None:
    """With it an account is frozen; once given up, or never there, it cannot be."""
    issuer = Issuer(fee_bps, freezes=True)
    stop = freeze(issuer.tokens, MINT.pubkey(), issuer.me, program)
    assert issuer.chain.mint(MINT.pubkey()).freeze_authority == str(issuer.me)
    assert issuer.does(stop)
    assert issuer.chain.token_account(issuer.tokens).frozen
    assert issuer.does(revoke(MINT.pubkey(), issuer.me, program, freeze=True))
    mint = issuer.chain.mint(MINT.pubkey())
    assert (mint.freeze_authority, mint.mint_authority) == (None, str(issuer.me))
    without = Issuer(fee_bps)
    assert not without.does(freeze(without.tokens, MINT.pubkey(), without.me, program))
    assert not without.chain.token_account(without.tokens).frozen


def extended(*extensions: MintExtension, freezes: bool = False) -> Issuer:
    """An issuer with a Token-2022 mint of these extensions."""
    return Issuer(0, freezes=freezes, extensions=extensions)


ME = Chain().funded("issuer").key
EXTENSIONS = {
    "close": (close_authority(ME), MintCloseAuthority(str(ME))),
    "state": (default_state(), DefaultAccountState(1)),
    "stuck": (non_transferable(), NonTransferable()),
    "delegate": (permanent_delegate(ME), PermanentDelegate(str(ME))),
    "hook": (transfer_hook(ME), TransferHook(str(ME), None)),
}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_is_what_its_name_says(name: str) -> None:
    """As the token program wrote it; several fit one mint."""
    made, wanted = EXTENSIONS[name]
    issuer = extended(made, transfer_fee(ME, 5), freezes=True)
    found = issuer.chain.mint(MINT.pubkey()).extensions
    assert wanted in found
    assert len(found) == 2


def test_new_accounts_are_frozen_from_then_on() -> None:
    """The issuer's own stays as it is."""
    issuer = extended(default_state(), freezes=True)
    assert issuer.does(freeze_new_accounts(MINT.pubkey(), issuer.me))
    other = Keypair.from_seed(b"o" * 32).pubkey()
    made = create_associated_token_account(str(issuer.me), str(other), str(MINT.pubkey()), str(TOKEN_2022))
    assert issuer.does(made)
    account = associated_token_account(other, MINT.pubkey(), TOKEN_2022)
    assert issuer.chain.token_account(account).frozen
    assert not issuer.chain.token_account(issuer.tokens).frozen


def test_a_scheduled_fee_stands_beside_the_one_in_force() -> None:
    """Two epochs ahead."""
    issuer = extended(transfer_fee(ME, 0))
    assert issuer.does(schedule_fee(MINT.pubkey(), issuer.me, 9_000))
    fee = issuer.chain.mint(MINT.pubkey()).extension(TransferFeeConfig)
    assert fee is not None
    assert (fee.older.bps, fee.newer.bps) == (0, 9_000)
    assert fee.newer.epoch == issuer.chain.ledger.vm.svm.get_clock().epoch + 2


def test_an_armed_hook_names_its_program() -> None:
    """Only its authority can."""
    issuer = extended(transfer_hook(ME))
    assert issuer.does(arm_hook(MINT.pubkey(), issuer.me, TOKEN))
    assert issuer.chain.mint(MINT.pubkey()).extensions == (TransferHook(str(ME), str(TOKEN)),)


def test_a_mint_closes_when_all_is_burned() -> None:
    """Not before."""
    issuer = extended(close_authority(ME))
    assert issuer.mints(10)
    assert not issuer.does(close_mint(MINT.pubkey(), issuer.me))
    assert issuer.does(burn(issuer.tokens, MINT.pubkey(), issuer.me, 10, TOKEN_2022))
    assert issuer.does(close_mint(MINT.pubkey(), issuer.me))
    assert issuer.chain.ledger.account(str(MINT.pubkey())) is None


def test_a_named_mint_bears_its_name() -> None:
    """In its own account."""
    issuer = extended(own_metadata(ME, MINT.pubkey()))
    assert issuer.does(name_mint(MINT.pubkey(), issuer.me, "USD Coin", "USDC"))
    account = issuer.chain.ledger.account(str(MINT.pubkey()))
    assert account is not None
    assert b"\x08\0\0\0USD Coin\x04\0\0\0USDC" in account.data


def test_burning_takes_from_account_and_supply() -> None:
    """No more than there is."""
    issuer = Issuer(0)
    assert issuer.mints(1_000)
    assert issuer.does(burn(issuer.tokens, MINT.pubkey(), issuer.me, 400))
    assert issuer.chain.mint(MINT.pubkey()).supply == 600
    assert issuer.chain.token_account(issuer.tokens).raw == 600
    assert not issuer.does(burn(issuer.tokens, MINT.pubkey(), issuer.me, 601))
