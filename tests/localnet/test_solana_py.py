"""The network as a client that nobody here wrote sees it: solana-py over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Finalized, Processed
from solana.rpc.core import RPCException
from solana.rpc.models import DataSliceOpts, MemcmpOpts, TokenAccountOpts, TxOpts
from solana.rpc.websocket_api import SolanaWsClient
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.rpc.config import RpcTransactionLogsFilterMentions
from solders.signature import Signature
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus
from spl.token.constants import MINT_LEN, TOKEN_PROGRAM_ID
from spl.token.instructions import (
    create_idempotent_associated_token_account,
    get_associated_token_address,
    initialize_mint2,
    mint_to,
    transfer_checked,
)
from spl.token.models import InitializeMint2Params, MintToParams, TransferCheckedParams

from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.network import LocalNetwork
from tests.localnet.kit import SOL

PACE = SlotProfile(slot_ms=20, confirm_slots=1, finalize_slots=4)


class Wallet:
    """A network, its client and its payer, as a script would hold them."""

    def __init__(self, network: LocalNetwork, client: AsyncClient) -> None:
        self.network, self.client, self.payer = network, client, network.payer
        self.key = network.payer.pubkey()

    async def sign(self, *instructions: Any, signers: tuple[Keypair, ...] = (), legacy: bool = False) -> Any:
        """A transaction on the latest blockhash."""
        recent = (await self.client.get_latest_blockhash()).value.blockhash
        message = (
            Message.new_with_blockhash(list(instructions), self.key, recent)
            if legacy
            else MessageV0.try_compile(self.key, list(instructions), [], recent)
        )
        return VersionedTransaction(message, [self.payer, *signers])

    async def send(self, *instructions: Any, signers: tuple[Keypair, ...] = ()) -> Signature:
        """Sent and confirmed by the library's own polling."""
        transaction = await self.sign(*instructions, signers=signers)
        options = TxOpts(skip_confirmation=False, preflight_commitment=Confirmed)
        return (await self.client.send_transaction(transaction, options)).value

    def pay(self, target: Pubkey, lamports: int = SOL) -> Any:
        """A transfer's instruction."""
        return transfer(TransferParams(from_pubkey=self.key, to_pubkey=target, lamports=lamports))


@pytest.fixture
async def wallet() -> AsyncIterator[Wallet]:
    """A running network with a client that asks for confirmed state."""
    async with (
        LocalNetwork(profile=PACE) as network,
        AsyncClient(network.rpc_url, commitment=Confirmed) as client,
    ):
        yield Wallet(network, client)


@pytest.fixture
async def ws(wallet: Wallet) -> AsyncIterator[SolanaWsClient]:
    """A connected PubSub client."""
    async with SolanaWsClient(wallet.network.ws_url) as client:
        yield client


async def test_the_network_introduces_itself(wallet: Wallet) -> None:
    """Every method about the network parses."""
    client = wallet.client
    assert await client.is_connected()
    assert str((await client.get_genesis_hash()).value) == wallet.network.genesis_hash
    assert (await client.get_version()).value.solana_core
    assert (await client.get_identity()).value.identity
    epoch = (await client.get_epoch_info()).value
    assert epoch.absolute_slot > (epoch.block_height or 0)
    assert (await client.get_epoch_schedule()).value.slots_per_epoch == epoch.slots_in_epoch
    slot = (await client.get_slot(Processed)).value
    assert (await client.get_block_time(slot)).value
    assert (await client.get_block_height()).value
    assert (await client.get_supply()).value.total > 0
    assert (await client.get_cluster_nodes()).value
    assert (await client.get_slot_leader()).value
    assert len((await client.get_slot_leaders(slot, 2)).value) == 2
    schedule = (await client.get_leader_schedule()).value
    assert schedule is not None
    assert len(schedule) == 1
    assert (await client.get_minimum_ledger_slot()).value <= slot
    assert (await client.get_first_available_block()).value <= slot
    assert (await client.get_minimum_balance_for_rent_exemption(165)).value == 2_039_280
    assert (await client.get_recent_prioritization_fees()).value
    assert (await client.get_inflation_rate()).value.total == 0
    assert (await client.get_inflation_governor()).value.initial == 0
    assert (await client.get_vote_accounts()).value.current == []
    assert len((await client.get_largest_accounts()).value) == 20
    assert (await client.get_recent_performance_samples()).value == []


async def test_an_airdrop_arrives(wallet: Wallet) -> None:
    """Requested, confirmed, seen."""
    target = Keypair().pubkey()
    signature = (await wallet.client.request_airdrop(target, 5 * SOL)).value
    statuses = (
        await wallet.client.confirm_transaction(signature, commitment=Finalized, sleep_seconds=0.02)
    ).value
    assert statuses[0].confirmation_status == TransactionConfirmationStatus.Finalized
    assert (await wallet.client.get_balance(target)).value == 5 * SOL
    assert (await wallet.client.get_balance(Keypair().pubkey())).value == 0


@pytest.mark.parametrize("legacy", [False, True])
async def test_a_transfer_from_signing_to_history(wallet: Wallet, legacy: bool) -> None:
    """Fee, simulation, sending, status, transaction in every encoding, signatures of the address."""
    client, target = wallet.client, Keypair().pubkey()
    transaction = await wallet.sign(wallet.pay(target), legacy=legacy)
    if not legacy:
        assert (await client.get_fee_for_message(transaction.message)).value == 5_000
    simulated = (await client.simulate_transaction(transaction, sig_verify=True)).value
    assert (simulated.err, simulated.units_consumed) == (None, 150)
    signature = (await client.send_transaction(transaction)).value
    await client.confirm_transaction(signature, commitment=Confirmed, sleep_seconds=0.02)
    for encoding in ("json", "jsonParsed", "base64", "base58"):
        shown = (await client.get_transaction(signature, encoding, max_supported_transaction_version=0)).value
        assert shown is not None
        assert shown.transaction.meta is not None
        assert (shown.transaction.meta.fee, shown.transaction.meta.err) == (5_000, None)
    assert (await client.get_transaction_count()).value == 1
    found = (await client.get_signatures_for_address(target, limit=5)).value
    assert [(entry.signature, entry.err) for entry in found] == [(signature, None)]
    block = (await client.get_block(found[0].slot, max_supported_transaction_version=0)).value
    assert block is not None
    assert len(block.transactions or []) == 1
    first = (await client.get_first_available_block()).value
    assert (await client.get_blocks(first, first)).value == [first]


async def test_what_fails_is_told_in_the_librarys_words(wallet: Wallet) -> None:
    """Preflight, signature, duplicate, wrong parameters: typed errors, no panic."""
    client, target = wallet.client, Keypair().pubkey()
    too_much = await wallet.sign(wallet.pay(target, 10**18))
    with pytest.raises(RPCException, match="custom program error: 0x1"):
        await client.send_transaction(too_much)
    good = await wallet.sign(wallet.pay(target))
    forged = VersionedTransaction.populate(good.message, [Signature.default()])
    with pytest.raises(RPCException, match="SignatureVerificationFailure"):
        await client.send_transaction(forged)
    sent = await client.send_transaction(good)
    await client.confirm_transaction(sent.value)
    with pytest.raises(RPCException, match="already been processed"):
        await client.send_transaction(good)
    with pytest.raises(RPCException):
        await client.get_token_supply(target)


async def test_a_failure_that_lands(wallet: Wallet) -> None:
    """Without preflight the error is in the status."""
    transaction = await wallet.sign(wallet.pay(Keypair().pubkey(), 10**18))
    options = TxOpts(skip_preflight=True, skip_confirmation=True)
    signature = (await wallet.client.send_transaction(transaction, options)).value
    status = (await wallet.client.get_signature_statuses([signature])).value[0]
    assert status is not None
    assert status.err is not None


async def test_a_token_from_mint_to_holders(wallet: Wallet) -> None:
    """Created, minted, transferred; balances, supply, owners, holders and parsed forms agree."""
    client, mint, friend = wallet.client, Keypair(), Keypair().pubkey()
    rent = (await client.get_minimum_balance_for_rent_exemption(MINT_LEN)).value
    mine, theirs = (get_associated_token_address(owner, mint.pubkey()) for owner in (wallet.key, friend))
    await wallet.send(
        create_account(
            CreateAccountParams(
                from_pubkey=wallet.key,
                to_pubkey=mint.pubkey(),
                lamports=rent,
                space=MINT_LEN,
                owner=TOKEN_PROGRAM_ID,
            )
        ),
        initialize_mint2(
            InitializeMint2Params(
                decimals=6, program_id=TOKEN_PROGRAM_ID, mint=mint.pubkey(), mint_authority=wallet.key
            )
        ),
        create_idempotent_associated_token_account(wallet.key, wallet.key, mint.pubkey()),
        create_idempotent_associated_token_account(wallet.key, friend, mint.pubkey()),
        mint_to(
            MintToParams(
                program_id=TOKEN_PROGRAM_ID,
                mint=mint.pubkey(),
                dest=mine,
                mint_authority=wallet.key,
                amount=1_000_000,
            )
        ),
        signers=(mint,),
    )
    signature = await wallet.send(
        transfer_checked(
            TransferCheckedParams(
                program_id=TOKEN_PROGRAM_ID,
                source=mine,
                mint=mint.pubkey(),
                dest=theirs,
                owner=wallet.key,
                amount=250_000,
                decimals=6,
            )
        )
    )
    assert (await client.get_token_account_balance(theirs)).value.ui_amount_string == "0.25"
    assert (await client.get_token_supply(mint.pubkey())).value.amount == "1000000"
    largest = (await client.get_token_largest_accounts(mint.pubkey())).value
    assert [(entry.address, entry.amount.amount) for entry in largest] == [
        (mine, "750000"),
        (theirs, "250000"),
    ]
    for options in (TokenAccountOpts(mint=mint.pubkey()), TokenAccountOpts(program_id=TOKEN_PROGRAM_ID)):
        assert [
            entry.pubkey for entry in (await client.get_token_accounts_by_owner(friend, options)).value
        ] == [theirs]
        parsed = (await client.get_token_accounts_by_owner_json_parsed(friend, options)).value
        assert parsed[0].account.data.parsed["info"]["tokenAmount"]["amount"] == "250000"
    parsed_mint = (await client.get_account_info_json_parsed(mint.pubkey())).value
    assert parsed_mint is not None
    assert parsed_mint.data.parsed["type"] == "mint"
    wanted = [165, MemcmpOpts(offset=32, bytes=str(friend))]
    found = (await client.get_program_accounts(TOKEN_PROGRAM_ID, encoding="base64", filters=wanted)).value
    assert [entry.pubkey for entry in found] == [theirs]
    shown = (await client.get_transaction(signature, max_supported_transaction_version=0)).value
    assert shown is not None
    assert shown.transaction.meta is not None
    after = {
        balance.owner: balance.ui_token_amount.amount
        for balance in shown.transaction.meta.post_token_balances or []
    }
    assert after == {wallet.key: "750000", friend: "250000"}


async def test_accounts_in_the_encodings_it_knows(wallet: Wallet) -> None:
    """base58, base64, zstd, slices, several at once."""
    client = wallet.client
    native = Pubkey.from_string("So11111111111111111111111111111111111111112")
    expected = wallet.network.ledger.account(str(native))
    assert expected is not None
    for encoding in ("base58", "base64", "base64+zstd"):
        account = (await client.get_account_info(native, encoding=encoding)).value
        assert account is not None
        assert account.data == expected.data
    part = (await client.get_account_info(native, data_slice=DataSliceOpts(offset=44, length=2))).value
    assert part is not None
    assert part.data == b"\x09\x01"
    several = (await client.get_multiple_accounts([native, Keypair().pubkey()])).value
    assert [account is None for account in several] == [False, True]


async def next_of(ws: SolanaWsClient, kind: str) -> Any:
    """The next notification of a kind."""
    async with asyncio.timeout(5):
        while True:
            notification = await ws.recv()
            if type(notification).__name__ == kind:
                return notification.result


async def test_subscriptions(wallet: Wallet, ws: SolanaWsClient) -> None:
    """Account, logs, program, signature, slot and root, each at its commitment; then all are left."""
    target = Keypair().pubkey()
    subscriptions = [
        await ws.account_subscribe(pubkey=target, commitment=Confirmed, encoding="base64"),
        await ws.logs_subscribe(filter_=RpcTransactionLogsFilterMentions(target), commitment=Processed),
        await ws.program_subscribe(program_id=Pubkey.default(), commitment=Finalized, encoding="base64"),
        await ws.slot_subscribe(),
        await ws.root_subscribe(),
    ]
    signature = await wallet.send(wallet.pay(target))
    logs = (await next_of(ws, "LogsNotification")).value
    assert (logs.signature, logs.err) == (signature, None)
    assert (await next_of(ws, "AccountNotification")).value.lamports == SOL
    assert (await next_of(ws, "ProgramNotification")).value.account.owner == Pubkey.default()
    slot = await next_of(ws, "SlotNotification")
    assert slot.root < slot.parent < slot.slot
    assert await next_of(ws, "RootNotification")
    await ws.signature_subscribe(signature=signature, commitment=Finalized)
    assert (await next_of(ws, "SignatureNotification")).value.err is None
    for subscription in subscriptions:
        await ws.unsubscribe(subscription)
    assert len(wallet.network.hub) == 0
