"""What every venue offers: a detector turns transactions and logs into events, a venue trades too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from solders.instruction import Instruction

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import Account, InstructionView, LogsNotice, TransactionView
    from sniperforge.domain.pool import PoolEvent, Quote


@dataclass(frozen=True, slots=True)
class Call:
    """One executed instruction of a venue's program.

    Attributes:
        transaction: where it ran.
        index: its place in ``transaction.instructions``.
        frame: the lines that it logged; ``None`` when the logs do not tell.
    """

    transaction: TransactionView
    index: int
    frame: Frame | None

    @property
    def instruction(self) -> InstructionView:
        """The instruction itself."""
        return self.transaction.instructions[self.index]


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """An instruction of a known program in a form that its detector does not know.

    Attributes:
        dex: registry name.
        program_id: base58.
        discriminator: the first bytes of its data, hex; at most eight.
        accounts: how many it named.
        signature, path: where it happened.
    """

    dex: str
    program_id: str
    discriminator: str
    accounts: int
    signature: str
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Creation:
    """The marker of a pool creation in a transaction's logs, written by the venue's own program."""

    dex: str
    program_id: str
    signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How a pool is built, for judging it.

    Attributes:
        canonical: it lies at the address derived from its configuration and mints.
        creator: who created it, as the pool records.
        lp_mint: mint of its LP tokens; ``None`` for venues without.
        lp_pool_supply: LP units that the pool counts, burned and locked ones included.
        lp_mint_supply: LP units that exist; burns lower it.
    """

    canonical: bool
    creator: str
    base_vault: str
    quote_vault: str
    lp_mint: str | None = None
    lp_pool_supply: int | None = None
    lp_mint_supply: int | None = None


class Detector(Protocol):
    """Finds what happened to pools of one program family."""

    @property
    def name(self) -> str:
        """Registry name, for example ``raydium_cpmm``."""
        ...

    @property
    def programs(self) -> Mapping[str, str]:
        """Program id by cluster: ``mainnet``, ``devnet``."""
        ...

    @property
    def creation_lines(self) -> frozenset[str]:
        """Log lines that the program writes when it creates a pool, and only then.

        They are exact, but for those that end in ``{``: such a line may go on, as Rust prints a value.
        """
        ...

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did, from its accounts, data, logs and the balances around it.

        Accounts and data beyond those known are accepted. ``()`` for a known instruction that concerns no
        trading, ``None`` for one whose form is not known: it is counted, never dropped silently.
        """
        ...

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did, as far as its log lines alone tell."""
        ...


class PoolView(Protocol):
    """One pool at one moment: what it trades, at which price, with how much behind it."""

    @property
    def dex(self) -> str:
        """Registry name of the venue."""
        ...

    @property
    def address(self) -> str:
        """The pool account, base58."""
        ...

    @property
    def base_mint(self) -> str:
        """What is bought and sold, base58."""
        ...

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        ...

    @property
    def open_time(self) -> int:
        """Unix seconds before which the program refuses swaps."""
        ...

    @property
    def swap_enabled(self) -> bool:
        """Whether the pool's status allows swaps at all."""
        ...

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw base unit, before fees, exact.

        Raises:
            RefusedError: the pool was emptied.
        """
        ...

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units that back the price: reserves without fees owed to others."""
        ...

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        ...

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        ...


class PoolState(PoolView, Protocol):
    """A pool that is quoted to the unit."""

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` raw units of ``input_mint`` buy.

        Raises:
            RefusedError: the program would refuse it, the pool was emptied, or the mint is not of this pool.
        """
        ...

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost. Raises like :meth:`quote`."""
        ...

    def after_swap(self, input_mint: str, amount_in: int) -> PoolState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`."""
        ...


class PoolReader(Detector, Protocol):
    """A detector whose pools can be loaded and looked at."""

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """Addresses still to be fetched before :meth:`load`; empty when ``known`` suffices.

        Fetching what it names and asking again ends after at most two rounds.

        Raises:
            DecodeError: what ``known`` holds at the address is not a pool of this venue.
            NotFoundError: nothing is there.
        """
        ...

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> PoolView:
        """The pool's state from fetched accounts; ``epoch`` chooses the transfer fees in force.

        Raises:
            DecodeError: an account is not what the pool says it is.
            NotFoundError: an account is missing.
        """
        ...

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """How the pool of ``state`` is built, from the accounts that it was loaded from.

        Raises:
            DecodeError: an account is not what it should be.
            NotFoundError: an account is missing.
        """
        ...


class Venue(PoolReader, Protocol):
    """A detector whose pools can be loaded, quoted and traded."""

    def accounts_of(self, event: PoolEvent) -> tuple[str, ...]:
        """Everything that :meth:`load` needs for the pool of a ``pool_created`` event, for one round."""
        ...

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> PoolState:
        """The pool's state from fetched accounts; ``epoch`` chooses the transfer fees in force.

        Raises:
            DecodeError: an account is not what the pool says it is.
            NotFoundError: an account is missing.
        """
        ...

    def swap_instruction(
        self,
        state: PoolState,
        *,
        user: str,
        input_mint: str,
        amount_in: int,
        minimum_out: int,
        user_input: str,
        user_output: str,
    ) -> Instruction:
        """Sell exactly ``amount_in`` of ``input_mint`` for at least ``minimum_out`` raw units.

        ``state`` must come from this venue's :meth:`load`; ``user`` signs; ``user_input`` and ``user_output``
        are token accounts.

        Raises:
            DecodeError: an argument is not an address.
            RefusedError: the mint is not of this pool, or an amount does not fit a u64.
        """
        ...
