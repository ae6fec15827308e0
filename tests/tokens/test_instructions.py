"""Every instruction run by the real programs in the SVM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from sniperforge.domain.addresses import (
    COMPUTE_BUDGET_PROGRAM,
    MEMO_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from sniperforge.domain.chain import Account
from sniperforge.tokens import instructions as build
from sniperforge.tokens.account import TokenAccount, decode_token_account
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.instruction import Instruction

RENT = 2_039_280
NATIVE = bytes(44) + b"\x09\x01" + bytes(36)


class Bank:
    """One wallet on a fresh SVM with the native mint."""

    def __init__(self) -> None:
        from solders.account import Account as SvmAccount

        self.svm, self.key = LiteSVM(), Keypair()
        self.wallet = str(self.key.pubkey())
        self.svm.airdrop(self.key.pubkey(), 10**10)
        program = Pubkey.from_string(TOKEN_PROGRAM)
        self.svm.set_account(Pubkey.from_string(WSOL_MINT), SvmAccount(10**9, NATIVE, program))

    def put(self, account: Account) -> None:
        """Place an account."""
        from solders.account import Account as SvmAccount

        owner = Pubkey.from_string(account.owner)
        lamports = max(account.lamports, 10**9)
        self.svm.set_account(Pubkey.from_string(account.address), SvmAccount(lamports, account.data, owner))

    def run(self, *instructions: Instruction) -> list[str]:
        """Execute; the logs. Fails the test when the transaction fails."""
        blockhash = self.svm.latest_blockhash()
        message = Message.new_with_blockhash(list(instructions), self.key.pubkey(), blockhash)
        result = self.svm.send_transaction(Transaction([self.key], message, blockhash))
        self.svm.expire_blockhash()
        assert "Failed" not in type(result).__name__, result
        return list(result.logs())

    def token(self, address: str) -> TokenAccount | None:
        """The token account at ``address``."""
        found = self.svm.get_account(Pubkey.from_string(address))
        if found is None or not found.lamports:
            return None
        return decode_token_account(Account(address, str(found.owner), found.lamports, bytes(found.data)))


@pytest.fixture
def bank() -> Bank:
    """A fresh bank."""
    return Bank()


def test_associated_account_is_created_once_and_again(
    bank: Bank, recorded_mint: Callable[[str], Account]
) -> None:
    """The idempotent form works for both programs, and a second time."""
    for name, program in (("spl_clean", TOKEN_PROGRAM), ("t22_transfer_fee_5pct", TOKEN_2022_PROGRAM)):
        mint = recorded_mint(name)
        bank.put(mint)
        create = build.create_associated_token_account(bank.wallet, bank.wallet, mint.address, program)
        bank.run(create)
        bank.run(create)
        account = bank.token(associated_token_address(bank.wallet, mint.address, program))
        assert account is not None
        assert (account.owner, account.mint, account.program) == (bank.wallet, mint.address, program)


def test_burning_makes_an_account_closable(bank: Bank, recorded_mint: Callable[[str], Account]) -> None:
    """All that it holds is destroyed, with either program; then it closes."""
    for name, program in (("spl_clean", TOKEN_PROGRAM), ("t22_transfer_fee_5pct", TOKEN_2022_PROGRAM)):
        mint = recorded_mint(name)
        bank.put(mint)
        bank.run(build.create_associated_token_account(bank.wallet, bank.wallet, mint.address, program))
        address = associated_token_address(bank.wallet, mint.address, program)
        made = bank.svm.get_account(Pubkey.from_string(address))
        assert made is not None
        data = bytes(made.data)
        bank.put(Account(address, program, 0, data[:64] + (7).to_bytes(8, "little") + data[72:]))
        bank.run(
            build.burn(address, mint.address, bank.wallet, 7, program),
            build.close_account(address, bank.wallet, bank.wallet, program),
        )
        assert bank.token(address) is None


def test_seeded_wsol_account_lives_and_dies_in_one_transaction(bank: Bank) -> None:
    """Created, funded and closed at once, it leaves nothing and costs the fee alone."""
    before = bank.svm.get_balance(bank.key.pubkey())
    address, create = build.create_seeded_wsol_account(bank.wallet, "intent-1", RENT + 5_000_000)
    bank.run(*create, build.close_account(address, bank.wallet, bank.wallet))
    assert bank.token(address) is None
    assert before - bank.svm.get_balance(bank.key.pubkey()) == 5_000


def test_seeded_wsol_account_holds_what_was_wrapped(bank: Bank) -> None:
    """What exceeds the rent is the token balance."""
    address, create = build.create_seeded_wsol_account(bank.wallet, "intent-2", RENT + 5_000_000)
    bank.run(*create)
    account = bank.token(address)
    assert account is not None
    assert (account.raw, account.native_reserve, account.owner) == (5_000_000, RENT, bank.wallet)


def test_sync_counts_transferred_lamports(bank: Bank) -> None:
    """Lamports sent to a wrapped-SOL account become tokens when it is synchronised."""
    address, create = build.create_seeded_wsol_account(bank.wallet, "s", RENT)
    bank.run(*create)
    bank.run(build.transfer_lamports(bank.wallet, address, 700), build.sync_native(address))
    account = bank.token(address)
    assert account is not None
    assert account.raw == 700


def test_transfer_checked_moves_tokens(bank: Bank) -> None:
    """Tokens leave one account and arrive in the other."""
    source, create = build.create_seeded_wsol_account(bank.wallet, "a", RENT + 1_000)
    target, create_target = build.create_seeded_wsol_account(bank.wallet, "b", RENT)
    bank.run(*create, *create_target)
    bank.run(
        build.transfer_checked(source, WSOL_MINT, target, bank.wallet, raw=400, decimals=9),
    )
    left, arrived = bank.token(source), bank.token(target)
    assert left is not None
    assert arrived is not None
    assert (left.raw, arrived.raw) == (600, 400)


def test_memo_is_logged_with_its_signer(bank: Bank) -> None:
    """The memo program prints the text and who signed it."""
    logs = "\n".join(bank.run(build.memo("sniperforge: grüße", [bank.wallet])))
    assert "grüße" in logs
    assert bank.wallet in logs
    assert str(build.memo("x").program_id) == MEMO_PROGRAM


def test_priority_fee_is_price_times_limit(bank: Bank) -> None:
    """The wallet pays micro-lamports per unit for all units asked for."""
    before = bank.svm.get_balance(bank.key.pubkey())
    limit = build.compute_unit_limit(100_000)
    bank.run(limit, build.compute_unit_price(50_000), build.transfer_lamports(bank.wallet, bank.wallet, 1))
    assert before - bank.svm.get_balance(bank.key.pubkey()) == 5_000 + 100_000 * 50_000 // 10**6
    assert str(limit.program_id) == COMPUTE_BUDGET_PROGRAM
