"""Instructions of token issuers, judged by the token programs of the SVM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.keypair import Keypair

from sniperforge.localnet.market.token_admin import (
    MINT_SIZE,
    MINT_SIZE_WITH_TRANSFER_FEE,
    burn,
    create_mint,
    freeze,
    mint_to,
    revoke,
)
from sniperforge.localnet.program.instructions import TOKEN, TOKEN_2022, associated_token_account
from sniperforge.tokens.instructions import create_associated_token_account
from sniperforge.tokens.transfer_fee import TransferFeeConfig
from tests.localnet.market.bench import SOL, Chain

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

    from sniperforge.localnet.market.actor import Actor

MINT = Keypair.from_seed(b"m" * 32)
PROGRAMS = [pytest.param(0, TOKEN, id="spl"), pytest.param(250, TOKEN_2022, id="token-2022")]


class Issuer:
    """Somebody with a fresh mint and an account of it."""

    def __init__(self, fee_bps: int, *, freezes: bool = False) -> None:
        self.chain = Chain()
        self.actor: Actor = self.chain.funded("issuer", 10 * SOL)
        self.me: Pubkey = self.actor.key
        self.program = TOKEN_2022 if fee_bps else TOKEN
        self.tokens = associated_token_account(self.me, MINT.pubkey(), self.program)
        me, mint = str(self.me), str(MINT.pubkey())
        made = create_mint(
            self.me,
            MINT.pubkey(),
            decimals=7,
            freeze_authority=self.me if freezes else None,
            transfer_fee_bps=fee_bps,
            rent=3_000_000,
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
    assert len(account.data) == (MINT_SIZE_WITH_TRANSFER_FEE if fee_bps else MINT_SIZE)
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


def test_burning_takes_from_account_and_supply() -> None:
    """No more than there is."""
    issuer = Issuer(0)
    assert issuer.mints(1_000)
    assert issuer.does(burn(issuer.tokens, MINT.pubkey(), issuer.me, 400))
    assert issuer.chain.mint(MINT.pubkey()).supply == 600
    assert issuer.chain.token_account(issuer.tokens).raw == 600
    assert not issuer.does(burn(issuer.tokens, MINT.pubkey(), issuer.me, 601))
