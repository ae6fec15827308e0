"""LiteSVM with an index over its accounts. Knows accounts and execution, nothing of blocks or hashes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec
from solders.account import Account as SvmAccount
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.transaction_metadata import FailedTransactionMetadata, SimulatedTransactionInfo

from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.account_index import AccountIndex
from sniperforge.localnet.ledger.balances import Holding, holding_amount, is_holding, says_no_more
from sniperforge.localnet.ledger.float_unit import restorer
from sniperforge.localnet.ledger.refusals import LOAD_FAILURES, TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from solders.transaction import VersionedTransaction
    from solders.transaction_metadata import SimulateResult, TransactionMetadata

    from sniperforge.localnet.ledger.lookups import LoadedKeys
    from sniperforge.localnet.ledger.state_view import Replaced, StateView

GONE: Final = SvmAccount(0, b"", Pubkey.default())
"""What is reported for an account that no longer exists."""

_NO_SIGNATURE: Final = "1" * 64
_UPGRADEABLE_LOADER: Final = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
_ROOTS: Final = tuple(
    Pubkey.from_string(address)
    for address in (
        "NativeLoader1111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "Sysvar1111111111111111111111111111111111111",
        "Feature111111111111111111111111111111111111",
        "Config1111111111111111111111111111111111111",
        "11111111111111111111111111111111",
    )
)
"""Owners of all accounts that LiteSVM starts with."""

Held = tuple[int, SvmAccount | None]
"""Lamports and account; the account is ``None`` when missing, or a program, whose bytes are not copied."""


class Vm:
    """One SVM without signature, blockhash or duplicate checks: those are the ledger's.

    Attributes:
        svm: the SVM itself.
        index: which accounts there are.
        replaced: takes what the first write to each account replaces, until the ledger puts another here.
    """

    def __init__(self) -> None:
        self.replaced: Replaced = {}
        self._restore = restorer()
        self.svm = LiteSVM().with_sigverify(False).with_blockhash_check(False).with_transaction_history(0)
        self.index = AccountIndex()
        self._programs: set[str] = set()
        for key, account in self._initial_accounts():
            self._note(key, str(key), account)

    def get(self, key: Pubkey) -> SvmAccount | None:
        """The account of ``key``; ``None`` when it does not exist."""
        return self.svm.get_account(key)

    def balance(self, key: Pubkey) -> int:
        """Lamports of ``key``; 0 when it does not exist."""
        return self.svm.get_balance(key) or 0

    def balances(self) -> Iterator[tuple[str, int]]:
        """Address and lamports of every account there is."""
        return ((name, self.balance(Pubkey.from_string(name))) for name in self.index.addresses())

    def put(self, key: Pubkey, account: SvmAccount) -> None:
        """Create or overwrite an account; 0 lamports delete it."""
        name = str(key)
        if name not in self.replaced:
            self.replaced[name] = self.svm.get_account(key)
        self.svm.set_account(key, account)
        self._note(key, name, self.svm.get_account(key))

    def load(self, accounts: Iterable[tuple[Pubkey, SvmAccount]]) -> None:
        """Place all of ``accounts``; nothing of it counts as replaced."""
        programs = []
        for key, account in accounts:
            if account.executable:
                programs.append((key, account))  # after the rest: the SVM looks for their bytes
                continue
            self.svm.set_account(key, account)
            self._note(key, str(key), account)
        for key, account in programs:
            self.svm.set_account(key, account)
            self._note(key, str(key), account)

    def undo(self, replaced: Replaced) -> None:
        """Put back what was replaced; it is no longer to be replaced then."""
        for name, account in replaced.items():
            key = Pubkey.from_string(name)
            self.svm.set_account(key, account or GONE)
            self._note(key, name, self.svm.get_account(key))
        replaced.clear()

    def add_program(self, key: Pubkey, elf: bytes) -> None:
        """Deploy a program.

        Raises:
            ConfigError: the SVM cannot load the file.
        """
        known = set(self.index.by_program(_UPGRADEABLE_LOADER))
        self.replaced.setdefault(str(key), self.svm.get_account(key))
        try:
            self.svm.add_program(key, elf)
        except Exception as error:  # noqa: BLE001 - LiteSVMError derives from Exception and has no importable name
            raise ConfigError(f"program {key} cannot be loaded: {error}") from None
        for found, account in self.svm.get_program_accounts(_UPGRADEABLE_LOADER):
            name = str(found)
            if name not in known:
                self.replaced.setdefault(name, None)
            self._note(found, name, account)
        self._note(key, str(key), self.svm.get_account(key))

    def snapshot(self, loaded: LoadedKeys) -> list[Held]:
        """What the keys of a transaction hold now."""
        programs = self._programs
        return [
            (self.balance(key), None) if name in programs else self._held(key)
            for key, name in zip(loaded.keys, loaded.names, strict=True)
        ]

    def reread(self, loaded: LoadedKeys, before: Sequence[Held]) -> list[Held]:
        """What the keys hold after execution, and the index brought up to it."""
        after = list(before)
        for position in loaded.writable:
            key, name = loaded.keys[position], loaded.names[position]
            if name in self._programs:
                after[position] = self._program_held(key, name, before[position])
                continue
            held, previous = self._held(key), before[position][1]
            after[position] = held
            if name not in self.replaced:
                self.replaced[name] = previous
            if previous is None or held[1] is None or not says_no_more(previous, held[1]):
                self._note(key, name, held[1])
        return after

    def holdings(self, held: Sequence[Held]) -> tuple[Holding, ...]:
        """The token accounts among ``held``."""
        found = []
        for position, (_, account) in enumerate(held):
            if account is not None and is_holding(account):
                data = account.data  # a copy each time
                mint = data[:32]
                decimals = self.index.decimals(mint)
                found.append(
                    Holding(position, mint, data[32:64], account.owner, holding_amount(data), decimals)
                )
        return tuple(found)

    def execute(self, transaction: VersionedTransaction, payer: Pubkey) -> tuple[Any, TransactionMetadata]:
        """Run ``transaction`` for good: ``(err, report)``, ``err`` as JSON or ``None``.

        Raises:
            TransactionRefusedError: it failed before anything could be charged.
        """
        try:
            result = self.svm.send_transaction(transaction)
        finally:
            self._restore()
        if not isinstance(result, FailedTransactionMetadata):
            return None, result
        err, meta = _error(result), result.meta()
        if str(meta.signature()) == _NO_SIGNATURE:
            self._charge_unloadable(err, meta.fee(), payer)
        return err, meta

    @contextmanager
    def as_of(self, view: StateView, loaded: LoadedKeys, sysvars: Sequence[Pubkey]) -> Iterator[None]:
        """Inside the block the SVM has the state of ``view``, as far as a transaction can see it."""
        keys = [
            *(key for key, name in zip(loaded.keys, loaded.names, strict=True) if view.replaced(name)),
            *sysvars,
        ]
        now = [(key, self.svm.get_account(key)) for key in keys]
        try:
            for key in keys:
                self.svm.set_account(key, view.get(key) or GONE)
            yield
        finally:
            for key, account in now:
                self.svm.set_account(key, account or GONE)

    def simulate(
        self, transaction: VersionedTransaction
    ) -> tuple[Any, TransactionMetadata, dict[str, SvmAccount]]:
        """Run ``transaction`` without effect: ``(err, report, accounts afterwards)``."""
        try:
            result: SimulateResult = self.svm.simulate_transaction(transaction)
        finally:
            self._restore()
        if isinstance(result, SimulatedTransactionInfo):
            return None, result.meta(), {str(key): account for key, account in result.post_accounts()}
        return _error(result), result.meta(), {}

    def _charge_unloadable(self, err: Any, fee: int, payer: Pubkey) -> None:
        account = self.svm.get_account(payer)
        if not isinstance(err, str) or err not in LOAD_FAILURES or account is None:
            raise TransactionRefusedError(err)
        self.put(payer, _with_lamports(account, account.lamports - fee))

    def _held(self, key: Pubkey) -> Held:
        account = self.svm.get_account(key)
        return (0, None) if account is None else (account.lamports, account)

    def _program_held(self, key: Pubkey, name: str, before: Held) -> Held:
        lamports = self.balance(key)
        if lamports == before[0]:
            return before
        account = self.svm.get_account(key)
        if name not in self.replaced:
            self.replaced[name] = account and _with_lamports(account, before[0])
        return lamports, account

    def _note(self, key: Pubkey, name: str, account: SvmAccount | None) -> None:
        self.index.update(key, name, account)
        if account is not None and account.executable:
            self._programs.add(name)
        else:
            self._programs.discard(name)

    def _initial_accounts(self) -> Iterator[tuple[Pubkey, SvmAccount]]:
        done: set[Pubkey] = set()
        owners = list(_ROOTS)
        while owners:
            owner = owners.pop()
            if owner in done:
                continue
            done.add(owner)
            for key, account in self.svm.get_program_accounts(owner):
                yield key, account
                if account.executable:
                    owners.append(key)


def _with_lamports(account: SvmAccount, lamports: int) -> SvmAccount:
    return SvmAccount(lamports, account.data, account.owner, account.executable, account.rent_epoch)


def _error(result: FailedTransactionMetadata) -> Any:
    return msgspec.json.decode(result.to_json())["err"]
