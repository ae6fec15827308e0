"""The frames of a trade run by the real programs: around a trivial swap, then on the AMM, settled to the lamport."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.account import Account as SvmAccount
from solders.hash import Hash
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from sniperforge.domain.chain import Account
from sniperforge.execution.plan import (
    FeePlan,
    SwapBuilder,
    buy_instructions,
    close_instructions,
    compile_message,
    ephemeral_account,
    minimum_out,
    round_trip_instructions,
    sell_instructions,
    signed_transaction,
    transfer_instructions,
    unsigned_transaction,
)
from sniperforge.execution.settlement import settle
from sniperforge.localnet.genesis import Genesis, create_node
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.rpc.dispatcher import Dispatcher
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import transfer_checked, transfer_lamports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.instruction import Instruction

    from sniperforge.dex.venue import PoolState
    from sniperforge.domain.trade import Settlement

PAYER = Keypair.from_seed(b"w" * 32)
WALLET = str(PAYER.pubkey())
MINT, VAULT, POOL = (str(Pubkey(letter * 32)) for letter in (b"m", b"v", b"p"))
SOL = 10**9
RENT = 2_039_280
MINT_RENT = 1_461_600
SEED = "0123456789abcdef0123456789abcdef"
EPHEMERAL = ephemeral_account(WALLET, SEED)
FEES = FeePlan(200_000, 12_345)
NOW = 1_790_000_000


def raw_key(address: str) -> bytes:
    """The 32 bytes of an address."""
    return bytes(Pubkey.from_string(address))


def mint_data(decimals: int, supply: int = 2**63) -> bytes:
    """A mint without authorities."""
    return struct.pack("<I32xQBBI32x", 0, supply, decimals, 1, 0)


def token_data(mint: str, owner: str, raw: int, *, native: bool = False) -> bytes:
    """A token account; a native one wraps SOL."""
    state = struct.pack("<Q36xBIQ8x36x", raw, 1, int(native), RENT if native else 0)
    return raw_key(mint) + raw_key(owner) + state


class TestAroundATrivialSwap:
    """The SVM alone; the venue is a token transfer into its vault, or lamports out of nowhere."""

    @pytest.fixture
    def svm(self) -> LiteSVM:
        """Native mint, a token mint, a venue with two vaults, a funded wallet."""
        svm = LiteSVM()
        self.put(svm, WSOL_MINT, mint_data(9, 0), MINT_RENT)
        self.put(svm, MINT, mint_data(6), MINT_RENT)
        self.put(svm, VAULT, token_data(WSOL_MINT, POOL, 0, native=True), RENT)
        self.put(svm, POOL, token_data(MINT, POOL, 0), RENT)
        svm.airdrop(PAYER.pubkey(), 10 * SOL)
        return svm

    @staticmethod
    def put(svm: LiteSVM, address: str, data: bytes, lamports: int) -> None:
        """Set an account of the token program."""
        owner = Pubkey.from_string(TOKEN_PROGRAM)
        svm.set_account(Pubkey.from_string(address), SvmAccount(lamports, data, owner))

    @staticmethod
    def lamports(svm: LiteSVM, address: str) -> int:
        """Of an account; 0 when it is gone."""
        return svm.get_balance(Pubkey.from_string(address)) or 0

    @staticmethod
    def run(svm: LiteSVM, instructions: Sequence[Instruction]) -> Any:
        """Sign and send; ``None`` or the error."""
        message = compile_message(WALLET, instructions, str(svm.latest_blockhash()))
        raw = signed_transaction(message, bytes(PAYER.sign_message(message)))
        return json.loads(svm.send_transaction(VersionedTransaction.from_bytes(raw)).to_json()).get("err")

    def buy(self, swap: SwapBuilder, spend: int = SOL) -> list[Instruction]:
        """A buy of ``MINT`` through ``swap``."""
        return buy_instructions(
            wallet=WALLET,
            mint=MINT,
            token_program=TOKEN_PROGRAM,
            token_account=associated_token_address(WALLET, MINT),
            spend=spend,
            account_rent=RENT,
            seed=SEED,
            fees=FEES,
            swap=swap,
        )

    def sell(self, swap: SwapBuilder) -> list[Instruction]:
        """A sale of ``MINT`` through ``swap``."""
        account = associated_token_address(WALLET, MINT)
        return sell_instructions(
            wallet=WALLET, token_account=account, account_rent=RENT, seed=SEED, fees=FEES, swap=swap
        )

    @staticmethod
    def pay_in(raw: int) -> SwapBuilder:
        """A swap that takes wrapped SOL and gives nothing."""

        def swap(user_input: str, user_output: str) -> Instruction:
            return transfer_checked(user_input, WSOL_MINT, VAULT, WALLET, raw=raw, decimals=9)

        return swap

    def test_a_buy_pays_the_spend_and_leaves_no_account(self, svm: LiteSVM) -> None:
        """The wallet is short of spend, fee and the token account's rent, and of nothing else."""
        before = self.lamports(svm, WALLET)
        assert self.run(svm, self.buy(self.pay_in(SOL))) is None
        assert self.lamports(svm, VAULT) == RENT + SOL
        assert self.lamports(svm, EPHEMERAL) == 0
        assert svm.get_account(Pubkey.from_string(EPHEMERAL)) is None
        assert before - self.lamports(svm, WALLET) == SOL + RENT + FEES.lamports

    def test_what_the_swap_leaves_comes_back(self, svm: LiteSVM) -> None:
        """A venue that takes less than was wrapped leaves the rest in the wallet."""
        before = self.lamports(svm, WALLET)
        assert self.run(svm, self.buy(self.pay_in(SOL // 4))) is None
        assert self.lamports(svm, EPHEMERAL) == 0
        assert before - self.lamports(svm, WALLET) == SOL // 4 + RENT + FEES.lamports

    def test_buying_again_finds_the_account(self, svm: LiteSVM) -> None:
        """The second buy pays no rent, and the same seed serves again once its account is gone."""
        assert self.run(svm, self.buy(self.pay_in(SOL))) is None
        before = self.lamports(svm, WALLET)
        assert self.run(svm, self.buy(self.pay_in(SOL - 1), SOL - 1)) is None
        assert before - self.lamports(svm, WALLET) == SOL - 1 + FEES.lamports

    def test_a_failing_swap_undoes_everything_but_the_fee(self, svm: LiteSVM) -> None:
        """Neither the token account nor the ephemeral one stays."""
        before = self.lamports(svm, WALLET)
        assert self.run(svm, self.buy(self.pay_in(SOL + 1))) is not None
        assert before - self.lamports(svm, WALLET) == FEES.lamports
        assert self.lamports(svm, EPHEMERAL) == 0
        assert self.lamports(svm, associated_token_address(WALLET, MINT)) == 0

    def test_a_sale_unwraps_whatever_arrives(self, svm: LiteSVM) -> None:
        """Lamports in the ephemeral account reach the wallet, even those the token program does not count."""

        def swap(user_input: str, user_output: str) -> Instruction:
            assert (user_input, user_output) == (associated_token_address(WALLET, MINT), EPHEMERAL)
            return transfer_lamports(WALLET, user_output, 77)

        before = self.lamports(svm, WALLET)
        assert self.run(svm, self.sell(swap)) is None
        assert before - self.lamports(svm, WALLET) == FEES.lamports
        assert svm.get_account(Pubkey.from_string(EPHEMERAL)) is None

    def test_tokens_leave_and_their_account_closes(self, svm: LiteSVM) -> None:
        """A sale empties the token account; closing it, a transaction of its own, returns the rent."""
        account = associated_token_address(WALLET, MINT)
        self.put(svm, account, token_data(MINT, WALLET, 500), RENT)

        def swap(user_input: str, user_output: str) -> Instruction:
            return transfer_checked(user_input, MINT, POOL, WALLET, raw=500, decimals=6)

        close = close_instructions(WALLET, account, TOKEN_PROGRAM, FEES)
        assert self.run(svm, close) is not None, "tokens are still in it"
        assert self.run(svm, self.sell(swap)) is None
        before = self.lamports(svm, WALLET)
        fees = FEES.distinct(1)
        assert self.run(svm, close_instructions(WALLET, account, TOKEN_PROGRAM, fees)) is None
        assert self.lamports(svm, WALLET) - before == RENT - fees.lamports
        assert self.lamports(svm, account) == 0

    def test_a_round_trip_can_be_read_after_its_simulation(self, svm: LiteSVM) -> None:
        """The account it names holds rent, what was not spent, and what came back."""

        def back(user_input: str, user_output: str) -> Instruction:
            return transfer_lamports(WALLET, user_output, 33)

        account, instructions = round_trip_instructions(
            wallet=WALLET,
            mint=MINT,
            token_program=TOKEN_PROGRAM,
            token_account=associated_token_address(WALLET, MINT),
            spend=SOL,
            account_rent=RENT,
            seed=SEED,
            fees=FEES,
            buy=self.pay_in(SOL - 5),
            sell=back,
        )
        svm.with_sigverify(False)
        message = compile_message(WALLET, instructions, str(svm.latest_blockhash()))
        result = svm.simulate_transaction(VersionedTransaction.from_bytes(unsigned_transaction(message)))
        after = {str(key): found.lamports for key, found in result.post_accounts()}
        assert after[account] == RENT + 5 + 33
        assert self.lamports(svm, EPHEMERAL) == 0

    @settings(max_examples=40, deadline=None)
    @given(
        st.integers(1_000, 1_400_000),
        st.integers(0, 50_000_000) | st.integers(0, 400_000).map(lambda part: part * 1_000_000 // 1_400_000),
    )
    def test_the_runtime_takes_the_planned_fee(self, units: int, price: int) -> None:
        """Signature fee and priority, rounded as the runtime rounds them, to the lamport."""
        svm = LiteSVM()
        svm.airdrop(PAYER.pubkey(), 1_000 * SOL)
        plan = FeePlan(units, price)
        before = self.lamports(svm, WALLET)
        assert self.run(svm, transfer_instructions(WALLET, WALLET, 1, plan)) is None
        assert before - self.lamports(svm, WALLET) == plan.lamports

    def test_a_limit_beyond_the_runtimes_is_planned_dearer_never_cheaper(self, svm: LiteSVM) -> None:
        """Distinct digits on the largest limit are not charged: the plan is the upper bound."""
        plan = FeePlan(1_400_000, 1_000_000).distinct(999)
        before = self.lamports(svm, WALLET)
        assert self.run(svm, transfer_instructions(WALLET, WALLET, 1, plan)) is None
        assert before - self.lamports(svm, WALLET) == plan.lamports - 999


@dataclass
class Chain:
    """The embedded network's ledger with one pool of ``MINT`` and SOL, and a wallet that trades on it."""

    token_program: str

    def __post_init__(self) -> None:
        """Mint, creator's accounts, pool, wallet."""
        node = create_node(Genesis(b"s" * 32), lambda: float(NOW))
        self.ledger, self.rpc = node.ledger, Dispatcher(node)
        self.token_account = associated_token_address(WALLET, MINT, self.token_program)
        self.salt = 0
        creator = Keypair.from_seed(b"c" * 32)
        owner = str(creator.pubkey())
        self.at = amm.pool_addresses(
            Pubkey.from_string(MINT),
            Pubkey.from_string(WSOL_MINT),
            program_a=Pubkey.from_string(self.token_program),
        )
        tokens, wrapped = str(Pubkey(b"t" * 32)), str(Pubkey(b"u" * 32))
        for account in (
            Account(MINT, self.token_program, MINT_RENT, mint_data(6)),
            Account(tokens, self.token_program, RENT, token_data(MINT, owner, 10**15)),
            Account(
                wrapped, TOKEN_PROGRAM, RENT + 50 * SOL, token_data(WSOL_MINT, owner, 50 * SOL, native=True)
            ),
            Account(owner, SYSTEM_PROGRAM, 10 * SOL, b""),
            Account(WALLET, SYSTEM_PROGRAM, 10 * SOL, b""),
        ):
            self.ledger.set_account(account)
        sides = {MINT: (tokens, 10**15), WSOL_MINT: (wrapped, 50 * SOL)}
        (token_0, amount_0), (token_1, amount_1) = (
            sides[str(self.at.mint_0)],
            sides[str(self.at.mint_1)],
        )
        create = amm.initialize(
            self.at,
            creator=creator.pubkey(),
            creator_token_0=Pubkey.from_string(token_0),
            creator_token_1=Pubkey.from_string(token_1),
            amount_0=amount_0,
            amount_1=amount_1,
            open_time=NOW - 10,
        )
        assert self.send([create], creator).err is None
        pool = bytearray(self.ledger.account(str(self.at.pool)).data)
        pool[373:381] = struct.pack("<Q", NOW - 10)  # open now: the clock of this chain stands still
        held = self.ledger.account(str(self.at.pool))
        self.ledger.set_account(Account(held.address, held.owner, held.lamports, bytes(pool)))

    def call(self, method: str, *parameters: Any) -> Any:
        """One JSON-RPC request, as a client sends it."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return json.loads(self.rpc.dispatch(json.dumps(request).encode()))["result"]

    def send(self, instructions: Sequence[Instruction], signer: Keypair = PAYER) -> Settlement:
        """Sign, land, read back what the node tells, and settle it for the wallet."""
        blockhash = self.call("getLatestBlockhash")["value"]["blockhash"]
        assert Hash.from_string(blockhash)
        message = compile_message(str(signer.pubkey()), instructions, blockhash)
        record = self.ledger.send(signed_transaction(message, bytes(signer.sign_message(message))))
        self.ledger.advance()
        self.ledger.advance()
        options = {
            "encoding": "base64",
            "commitment": "confirmed",
            "maxSupportedTransactionVersion": 0,
        }
        return settle(parse_transaction(self.call("getTransaction", record.signature, options)), WALLET)

    def lamports(self, address: str = WALLET) -> int:
        """Of an account; 0 when it is gone."""
        account = self.ledger.account(address)
        return account.lamports if account else 0

    def tokens(self) -> int:
        """Of the wallet's token account."""
        return decode_token_account(self.ledger.account(self.token_account)).raw

    def state(self) -> PoolState:
        """The pool as the venue reads it."""
        venue, known = RaydiumCpmm(), {}
        while needed := venue.required_accounts(str(self.at.pool), known):
            known |= {address: self.ledger.account(address) for address in needed}
        return venue.load(str(self.at.pool), known, epoch=0)

    def swap(self, input_mint: str, amount_in: int, floor: int) -> SwapBuilder:
        """The venue's swap with the amounts decided."""
        state = self.state()

        def build(user_input: str, user_output: str) -> Instruction:
            return RaydiumCpmm().swap_instruction(
                state,
                user=WALLET,
                input_mint=input_mint,
                amount_in=amount_in,
                minimum_out=floor,
                user_input=user_input,
                user_output=user_output,
            )

        return build

    def fees(self) -> FeePlan:
        """An offer unlike the ones before."""
        self.salt += 1
        return FEES.distinct(self.salt)

    def buy(self, spend: int, floor: int) -> Settlement:
        """Land a buy."""
        return self.send(
            buy_instructions(
                wallet=WALLET,
                mint=MINT,
                token_program=self.token_program,
                token_account=self.token_account,
                spend=spend,
                account_rent=RENT,
                seed=SEED,
                fees=self.fees(),
                swap=self.swap(WSOL_MINT, spend, floor),
            )
        )

    def sell(self, raw: int, floor: int) -> Settlement:
        """Land a sale."""
        return self.send(
            sell_instructions(
                wallet=WALLET,
                token_account=self.token_account,
                account_rent=RENT,
                seed=SEED,
                fees=self.fees(),
                swap=self.swap(MINT, raw, floor),
            )
        )


def check_identity(done: Settlement, moved: int) -> None:
    """The parts add up to what the wallet's balance really did."""
    assert done.lamports_delta == moved
    assert done.wsol_delta == 0
    assert done.lamports_delta == done.trade - done.fee - done.tip - done.rent_paid + done.rent_returned


@pytest.mark.parametrize(
    ("token_program", "account_rent"), [(TOKEN_PROGRAM, RENT), (TOKEN_2022_PROGRAM, 2_074_080)]
)
def test_a_position_from_buy_to_closed_account(token_program: str, account_rent: int) -> None:
    """Buy, sell in two parts, close: each settles as quoted, all of it adds up, nothing is left behind."""
    chain = Chain(token_program)
    start = chain.lamports()
    settled = []

    def step(act: Callable[[], Settlement]) -> Settlement:
        before = chain.lamports()
        done = act()
        check_identity(done, chain.lamports() - before)
        assert done.err is None
        assert chain.lamports(EPHEMERAL) == 0
        settled.append(done)
        return done

    quote = chain.state().quote(WSOL_MINT, SOL).amount_out
    bought = step(lambda: chain.buy(SOL, minimum_out(quote, 0)))
    assert (bought.trade, bought.token_deltas) == (-SOL, {MINT: quote})
    assert (bought.rent_paid, bought.rent_returned) == (account_rent, 0)
    assert bought.fee == FEES.distinct(1).lamports
    assert chain.tokens() == quote
    for raw in (quote // 3, quote - quote // 3):
        expected = chain.state().quote(MINT, raw).amount_out
        sold = step(partial(chain.sell, raw, minimum_out(expected, 0)))
        assert (sold.trade, sold.token_deltas) == (expected, {MINT: -raw})
        assert (sold.rent_paid, sold.rent_returned) == (0, 0)
    assert chain.tokens() == 0
    close = close_instructions(WALLET, chain.token_account, token_program, chain.fees())
    closed = step(lambda: chain.send(close))
    assert (closed.trade, closed.rent_returned, closed.token_deltas) == (0, account_rent, {})
    assert chain.lamports(chain.token_account) == 0
    assert chain.lamports() - start == sum(done.trade - done.fee for done in settled)
    assert SOL * 99 // 100 < sum(done.trade for done in settled[1:]) < SOL


def test_a_buy_below_its_floor_costs_the_fee() -> None:
    """The program refuses it; nothing but the fee moves, and its own error number is there."""
    chain = Chain(TOKEN_PROGRAM)
    start = chain.lamports()
    done = chain.buy(SOL, chain.state().quote(WSOL_MINT, SOL).amount_out + 1)
    assert done.err == {"InstructionError": [5, {"Custom": 6005}]}
    check_identity(done, chain.lamports() - start)
    assert (done.trade, done.fee, done.rent_paid, done.token_deltas) == (0, FEES.distinct(1).lamports, 0, {})
    assert chain.lamports(EPHEMERAL) == chain.lamports(chain.token_account) == 0


def test_a_sale_below_its_floor_keeps_the_tokens() -> None:
    """A refused exit leaves the position as it was."""
    chain = Chain(TOKEN_PROGRAM)
    chain.buy(SOL, 1)
    held, before = chain.tokens(), chain.lamports()
    done = chain.sell(held, chain.state().quote(MINT, held).amount_out + 1)
    assert done.err == {"InstructionError": [4, {"Custom": 6005}]}
    check_identity(done, chain.lamports() - before)
    assert chain.tokens() == held


def test_the_wallets_own_wrapped_sol_stays() -> None:
    """A wrapped-SOL account of the user's own is neither used nor counted."""
    chain = Chain(TOKEN_PROGRAM)
    own = associated_token_address(WALLET, WSOL_MINT)
    wrapped = token_data(WSOL_MINT, WALLET, 3 * SOL, native=True)
    chain.ledger.set_account(Account(own, TOKEN_PROGRAM, RENT + 3 * SOL, wrapped))
    start = chain.lamports()
    check_identity(chain.buy(SOL, 1), chain.lamports() - start)
    before = chain.lamports()
    check_identity(chain.sell(chain.tokens(), 1), chain.lamports() - before)
    assert chain.lamports(own) == RENT + 3 * SOL


def test_a_deposit_settles_as_a_foreign_move() -> None:
    """Somebody else sends SOL: the wallet's change is all there is, and no fee is its own."""
    chain = Chain(TOKEN_PROGRAM)
    friend = Keypair.from_seed(b"f" * 32)
    chain.ledger.set_account(Account(str(friend.pubkey()), SYSTEM_PROGRAM, 5 * SOL, b""))
    start = chain.lamports()
    done = chain.send(transfer_instructions(str(friend.pubkey()), WALLET, SOL, FEES), friend)
    check_identity(done, chain.lamports() - start)
    assert (done.trade, done.fee) == (SOL, 0)
