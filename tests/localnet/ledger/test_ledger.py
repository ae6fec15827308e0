"""The ledger as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.ledger import RENT_EXEMPT, Ledger
from sniperforge.localnet.ledger.pace import INSTANT, MAINNET_PACE
from sniperforge.localnet.ledger.refusals import TransactionRefusedError, UnreadableTransactionError
from sniperforge.localnet.program.binary import CPMM
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import create_associated_token_account, transfer_checked
from tests.localnet.kit import NOW, SOL, Bench, address, holding, keypair, mint, pay

MINT = address(100)


def test_a_transfer_lands_with_its_whole_record() -> None:
    """Balances before and after, fee, compute units, place in the block."""
    bench = Bench()
    first, second = bench.pay(address(2)), bench.pay(address(2), 3 * SOL)
    assert (first.err, first.fee, first.meta.compute_units_consumed()) == (None, 5_000, 150)
    assert [second.post_lamports[1], second.pre_lamports[1]] == [4 * SOL, SOL]
    assert (first.position, second.position) == (0, 1)
    assert first.slot == second.slot == bench.ledger.chain.tip.slot
    assert first.block_time == NOW
    assert (bench.ledger.chain.tip.landed, bench.ledger.chain.tip.total) == (2, 2)


def test_a_failed_transaction_lands_and_pays() -> None:
    """Its error is the SVM's; nothing but the fee moves."""
    bench = Bench()
    record = bench.pay(address(2), 10**18)
    assert record.err == {"InstructionError": [0, {"Custom": 1}]}
    assert record.pre_lamports[0] - record.post_lamports[0] == record.fee
    assert bench.ledger.account(address(2)) is None


def test_the_same_transaction_lands_once() -> None:
    """As long as its hash lives it is a duplicate, whatever landed in between; after that its hash is dead."""
    bench = Bench()
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    bench.ledger.send(raw)
    for number in range(40):
        bench.pay(address(3), SOL + number)
    for _ in range(HASH_LIFE):
        with pytest.raises(TransactionRefusedError, match="already been processed"):
            bench.ledger.send(raw)
        bench.ledger.advance()
    with pytest.raises(TransactionRefusedError, match="already been processed"):
        bench.ledger.send(raw)
    bench.ledger.advance()
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.ledger.send(raw)
    assert bench.ledger.vm.balance(keypair(2).pubkey()) == SOL


def test_a_duplicate_in_disguise_is_one() -> None:
    """Neither trailing bytes nor another valid signature of the same message make it new."""
    bench = Bench()
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    bench.ledger.send(raw)
    for disguise in (raw + b"\0", raw + bytes(60)):
        with pytest.raises(TransactionRefusedError, match="already been processed"):
            bench.ledger.send(disguise)
    envelope = replace(open_envelope(raw), signature=address(9))
    with pytest.raises(TransactionRefusedError, match="already been processed"):
        bench.ledger.submit(envelope, verified=True)


def test_a_failed_transaction_is_a_duplicate_too() -> None:
    """Sending it again takes no second fee."""
    bench = Bench()
    raw = bench.sign([pay(bench.payer, address(2), 10**18)])
    bench.ledger.send(raw)
    with pytest.raises(TransactionRefusedError, match="already been processed"):
        bench.ledger.send(raw)


def test_signatures_are_verified_once_unless_vouched_for() -> None:
    """A forged one is refused; a caller that verified already is believed."""
    bench = Bench()
    raw = bytearray(bench.sign([pay(bench.payer, address(2), SOL)]))
    raw[10] ^= 1
    with pytest.raises(TransactionRefusedError) as refusal:
        bench.ledger.send(bytes(raw))
    assert refusal.value.err == "SignatureFailure"
    with pytest.raises(UnreadableTransactionError):
        bench.ledger.send(b"nonsense")


def test_every_transaction_of_the_instant_profile_has_its_slot() -> None:
    """And is confirmed and finalized at once."""
    bench = Bench(INSTANT)
    first, second = bench.pay(address(2)), bench.pay(address(2), 2 * SOL)
    assert second.slot == first.slot + 1
    assert bench.ledger.chain.at("finalized").slot == second.slot


def test_simulating_without_slots_sees_the_time() -> None:
    """Where nothing moves the clock, a simulation does, for programs compare with it."""
    bench = Bench(INSTANT)
    slot = bench.ledger.chain.tip.slot
    bench.simulate(pay(bench.payer, address(2), SOL))
    assert bench.ledger.chain.tip.slot == slot
    bench.now += 5
    bench.simulate(pay(bench.payer, address(2), SOL))
    assert bench.ledger.vm.svm.get_clock().unix_timestamp == NOW + 5


def test_time_skips_and_blocks_tell_their_listeners() -> None:
    """Advancing several slots opens one block."""
    bench, seen = Bench(), []
    bench.ledger.on_block.append(seen.append)
    before = bench.ledger.chain.tip
    bench.ledger.advance(4)
    assert [(block.slot, block.height) for block in seen] == [(before.slot + 4, before.height + 1)]


def test_listeners_hear_of_everything_written() -> None:
    """All writable accounts of a success; of a failure only the payer."""
    bench, heard = Bench(), []
    bench.ledger.on_landed.append(lambda record, changes: heard.append((record, dict(changes))))
    payer = str(bench.payer.pubkey())
    good = bench.pay(address(2))
    bad = bench.pay(address(2), 10**18)
    assert [record for record, _ in heard] == [good, bad]
    assert heard[0][1].keys() == {payer, address(2)}
    assert heard[0][1][address(2)].lamports == SOL
    assert heard[1][1].keys() == {payer}


def test_a_deleted_account_is_told_as_gone() -> None:
    """Sending everything away leaves 0 lamports, and no account."""
    bench, heard = Bench(), []
    spender = keypair(40)
    bench.pay(str(spender.pubkey()), SOL)
    bench.ledger.on_landed.append(lambda _record, changes: heard.append(dict(changes)))
    bench.send(pay(spender, address(2), SOL), signers=[spender])
    assert heard[0][str(spender.pubkey())].lamports == 0
    assert bench.ledger.account(str(spender.pubkey())) is None


def test_accounts_can_be_set_from_outside() -> None:
    """They exist at once, never pay rent, and can be deleted."""
    bench = Bench()
    account = Account(address(5), TOKEN_PROGRAM, 7, b"abc", executable=False)
    bench.ledger.set_account(account)
    assert bench.ledger.account(address(5)) == account
    held = bench.ledger.vm.get(keypair(5).pubkey())
    assert held is not None
    assert held.rent_epoch == RENT_EXEMPT
    bench.ledger.set_account(Account(address(5), SYSTEM_PROGRAM, 0, b""))
    assert bench.ledger.account(address(5)) is None


def test_token_transfers_are_recorded_with_their_holdings() -> None:
    """Before and after, the account created on the way included; the index follows."""
    bench = Bench(accounts=(mint(MINT, decimals=3, supply=500),))
    owner, key = str(bench.payer.pubkey()), Pubkey.from_string(MINT)
    source, target = address(101), associated_token_address(address(2), MINT)
    bench.ledger.set_account(holding(source, MINT, owner, 500))
    record = bench.send(
        create_associated_token_account(owner, address(2), MINT),
        transfer_checked(source, MINT, target, owner, raw=120, decimals=3),
    )
    assert record.err is None
    names = record.loaded.names
    assert [(names[h.position], h.amount, h.decimals) for h in record.pre_tokens] == [(source, 500, 3)]
    assert {(names[h.position], h.amount) for h in record.post_tokens} == {(source, 380), (target, 120)}
    assert set(bench.ledger.vm.index.by_mint(key)) == {source, target}
    assert set(bench.ledger.vm.index.by_owner(keypair(2).pubkey())) == {target}


def test_simulation_changes_nothing() -> None:
    """It tells the accounts afterwards, refuses what would be refused, and leaves the state alone."""
    bench = Bench()
    raw = pay(bench.payer, address(2), SOL)
    simulation = bench.simulate(raw)
    assert simulation.err is None
    assert simulation.accounts[address(2)].lamports == SOL
    assert bench.ledger.account(address(2)) is None
    bench.send(raw)
    again = bench.simulate(raw)
    assert (again.err, again.meta, again.loaded, again.accounts) == ("AlreadyProcessed", None, None, {})
    failed = bench.simulate(pay(bench.payer, address(2), 10**18))
    assert failed.err == {"InstructionError": [0, {"Custom": 1}]}
    assert failed.meta.logs()[-1].endswith("custom program error: 0x1")


def test_a_program_account_in_a_transaction_is_not_read_as_a_token_account() -> None:
    """Programs among the keys have a balance and no holding; nobody is told that they were written."""
    bench, heard = Bench(), []
    bench.ledger.on_landed.append(lambda _record, changes: heard.append(dict(changes)))
    token = Pubkey.from_string(TOKEN_PROGRAM)
    memo = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
    transfer = pay(bench.payer, address(2), SOL)
    keys = [
        *transfer.accounts,
        AccountMeta(token, is_signer=False, is_writable=True),
        AccountMeta(memo, is_signer=False, is_writable=False),
    ]
    record = bench.send(Instruction(transfer.program_id, transfer.data, keys))
    assert record.err is None
    position = record.loaded.names.index(TOKEN_PROGRAM)
    assert record.pre_lamports[position] == record.post_lamports[position] > 0
    assert record.post_tokens == ()
    assert TOKEN_PROGRAM not in heard[0]


def test_a_program_that_is_paid_is_told_with_its_account() -> None:
    """Its new balance, and that it is a program still."""
    bench, heard = Bench(), []
    bench.ledger.add_program(address(70), CPMM.elf())
    before = bench.ledger.vm.balance(keypair(70).pubkey())
    bench.ledger.on_landed.append(lambda _record, changes: heard.append(dict(changes)))
    record = bench.pay(address(70))
    told = heard[0][address(70)]
    assert (told.lamports, told.executable, record.post_lamports[1]) == (before + SOL, True, before + SOL)


def test_ledgers_of_one_seed_share_their_identity() -> None:
    """The genesis hash is the seed's; nothing else of a bare ledger is random."""
    first, second = (Ledger(b"seed", MAINNET_PACE, lambda: NOW) for _ in range(2))
    assert first.genesis_hash == second.genesis_hash
    assert first.chain.tip.blockhash == second.chain.tip.blockhash
    first.add_program(address(70), CPMM.elf())
    account = first.account(address(70))
    assert account is not None
    assert account.executable


def test_wrapped_sol_has_its_mint() -> None:
    """As on mainnet: nine decimals, no authorities."""
    native = Bench().ledger.account(WSOL_MINT)
    assert native is not None
    assert (native.owner, native.data[44], len(native.data)) == (TOKEN_PROGRAM, 9, 82)
    assert LAMPORTS_PER_SOL == 10**9


def test_a_rollback_undoes_the_newest_block() -> None:
    """What landed in it has not happened, and may land again; the slot stays empty."""
    bench = Bench()
    bench.pay(address(2))
    bench.ledger.advance()
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    before = bench.ledger.chain.tip
    record = bench.ledger.send(raw)
    told: list[tuple[int, list[str], dict[str, int]]] = []
    bench.ledger.on_rollback.append(
        lambda block, records, restored: told.append(
            (
                block.slot,
                [one.signature for one in records],
                {name: account.lamports for name, account in restored},
            )
        )
    )
    assert [one.signature for one in bench.ledger.rollback()] == [record.signature]
    tip = bench.ledger.chain.tip
    assert (tip.slot, tip.parent_slot, tip.height) == (before.slot + 1, before.parent_slot, before.height)
    assert tip.blockhash != before.blockhash
    assert bench.ledger.chain.in_slot(before.slot) is None
    assert bench.ledger.chain.usable(before.blockhash) is None
    assert bench.ledger.history.status(record.signature) is None
    assert [one.slot for one in bench.ledger.history.of_address(address(2))] == [before.parent_slot]
    ((slot, signatures, restored),) = told
    assert (slot, signatures, restored[address(2)]) == (before.slot, [record.signature], SOL)
    with pytest.raises(TransactionRefusedError):
        bench.ledger.send(raw)
    bench.pay(address(2), SOL)
    assert bench.ledger.vm.balance(Pubkey.from_string(address(2))) == 2 * SOL


def test_what_used_an_older_hash_may_land_again() -> None:
    """A duplicate is one only while its first copy stands."""
    bench = Bench()
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    bench.ledger.advance()
    bench.ledger.send(raw)
    bench.ledger.rollback()
    bench.ledger.send(raw)
    with pytest.raises(TransactionRefusedError):
        bench.ledger.send(raw)
    assert bench.ledger.vm.balance(Pubkey.from_string(address(2))) == SOL


def test_confirmed_blocks_stay() -> None:
    """A profile that confirms at once has nothing to roll back."""
    with pytest.raises(ConfigError):
        Bench(INSTANT).ledger.rollback()


def test_a_warp_lets_time_and_slots_pass() -> None:
    """Hashes expire, everything is final, the clock has moved; long warps skip most slots."""
    bench = Bench()
    record = bench.pay(address(2))
    before = bench.ledger.chain.tip
    bench.ledger.warp(200)
    tip = bench.ledger.chain.tip
    assert (tip.slot, tip.height, tip.time) == (before.slot + 200, before.height + 200, before.time + 80)
    assert bench.ledger.chain.usable(before.blockhash) is None
    assert bench.ledger.chain.at("finalized").slot >= record.slot
    bench.ledger.warp(1_000_000)
    assert bench.ledger.chain.tip.slot == tip.slot + 1_000_000
    assert bench.ledger.chain.tip.height == tip.height + 512
    assert bench.ledger.vm.svm.get_clock().unix_timestamp == tip.time + 400_000


def test_an_old_chain_can_be_rolled_back() -> None:
    """Also once blockhashes have expired."""
    bench = Bench()
    for _ in range(HASH_LIFE + 10):
        bench.ledger.advance()
    oldest = bench.ledger.chain.recent(HASH_LIFE + 1)[0].blockhash
    bench.ledger.rollback()
    bench.pay(address(2))
    assert bench.ledger.chain.usable(oldest) is not None
