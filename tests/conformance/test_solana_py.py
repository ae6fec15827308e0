"""solana-py over real sockets, where lookups, nonces, whole blocks and failures come in."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solana.rpc.core import RPCException
from solana.rpc.models import TxOpts
from solana.rpc.websocket_api import SolanaWsClient
from solders.address_lookup_table_account import AddressLookupTable, AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc.config import RpcBlockSubscribeFilterMentions
from solders.signature import Signature
from solders.system_program import (
    ID as SYSTEM,
)
from solders.system_program import (
    AdvanceNonceAccountParams,
    TransferParams,
    advance_nonce_account,
    create_nonce_account,
    transfer,
)
from solders.transaction import VersionedTransaction
from spl.token.constants import TOKEN_2022_PROGRAM_ID
from spl.token.instructions import (
    create_idempotent_associated_token_account,
    get_associated_token_address,
    mint_to_checked,
    transfer_checked,
)
from spl.token.models import MintToCheckedParams, TransferCheckedParams

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.lookups import LOOKUP_TABLE_PROGRAM
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.network import LocalNetwork
from tests.localnet.kit import SEED, SOL, address, mint

PACE = SlotProfile(slot_ms=20, confirm_slots=1, finalize_slots=4)
MINT = Pubkey.from_string(address(50))


class Wallet:
    """A network, its client and its payer, as a script would hold them."""

    def __init__(self, network: LocalNetwork, client: AsyncClient) -> None:
        self.network, self.client, self.payer = network, client, network.payer
        self.key = network.payer.pubkey()

    async def send(
        self,
        *instructions: Instruction,
        signers: tuple[Keypair, ...] = (),
        tables: tuple[AddressLookupTableAccount, ...] = (),
        recent: Hash | None = None,
        skip_preflight: bool = False,
    ) -> Signature:
        """Sent and confirmed by the library's own polling."""
        recent = recent or (await self.client.get_latest_blockhash()).value.blockhash
        message = MessageV0.try_compile(self.key, list(instructions), list(tables), recent)
        options = TxOpts(
            skip_confirmation=skip_preflight, skip_preflight=skip_preflight, preflight_commitment=Confirmed
        )
        transaction = VersionedTransaction(message, [self.payer, *signers])
        return (await self.client.send_transaction(transaction, options)).value

    def pay(self, target: Pubkey, lamports: int = SOL) -> Instruction:
        """A transfer."""
        return transfer(TransferParams(from_pubkey=self.key, to_pubkey=target, lamports=lamports))


@pytest.fixture
async def wallet() -> AsyncIterator[Wallet]:
    """A running network that has a Token-2022 mint, and a client that asks for confirmed state."""
    genesis = Genesis(SEED)
    authority = str(genesis.keypair("payer").pubkey())
    minted = mint(str(MINT), authority=authority, program=TOKEN_2022_PROGRAM)
    async with (
        LocalNetwork(Genesis(SEED, accounts=(minted,)), profile=PACE) as network,
        AsyncClient(network.rpc_url, commitment=Confirmed) as client,
    ):
        yield Wallet(network, client)


async def made_table(wallet: Wallet, listed: Pubkey) -> Pubkey:
    """A lookup table with one address, usable from the next slot on."""
    recent = (await wallet.client.get_slot()).value
    seed = struct.pack("<Q", recent)
    table, bump = Pubkey.find_program_address([bytes(wallet.key), seed], LOOKUP_TABLE_PROGRAM)
    metas = [
        AccountMeta(table, False, True),
        AccountMeta(wallet.key, True, False),
        AccountMeta(wallet.key, True, True),
        AccountMeta(SYSTEM, False, False),
    ]
    create = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQB", 0, recent, bump), metas)
    extend = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQ", 2, 1) + bytes(listed), metas)
    await wallet.send(create, extend)
    return table


async def test_a_lookup_table(wallet: Wallet) -> None:
    """Read back as the library reads it, parsed, and used by a version 0 transaction."""
    friend = Keypair().pubkey()
    table = await made_table(wallet, friend)
    raw = (await wallet.client.get_account_info(table)).value
    assert raw is not None
    assert AddressLookupTable.deserialize(raw.data).addresses == [friend]
    parsed: Any = (await wallet.client.get_account_info_json_parsed(table)).value
    assert parsed.data.program == "address-lookup-table"
    assert parsed.data.parsed["info"]["addresses"] == [str(friend)]
    signature = await wallet.send(wallet.pay(friend), tables=(AddressLookupTableAccount(table, [friend]),))
    shown = (await wallet.client.get_transaction(signature, max_supported_transaction_version=0)).value
    assert shown is not None
    assert shown.transaction.meta is not None
    assert shown.transaction.meta.loaded_addresses is not None
    assert shown.transaction.meta.loaded_addresses.writable == [friend]
    with pytest.raises(RPCException, match="UnsupportedTransactionVersion"):
        await wallet.client.get_transaction(signature)


async def test_a_durable_nonce(wallet: Wallet) -> None:
    """It stands in for a blockhash, once."""
    nonce, friend = Keypair(), Keypair().pubkey()
    create = create_nonce_account(wallet.key, nonce.pubkey(), wallet.key, SOL)
    await wallet.send(*create, signers=(nonce,))

    async def stored() -> str:
        parsed: Any = (await wallet.client.get_account_info_json_parsed(nonce.pubkey())).value
        return str(parsed.data.parsed["info"]["blockhash"])

    before = await stored()
    advance = advance_nonce_account(
        AdvanceNonceAccountParams(nonce_pubkey=nonce.pubkey(), authorized_pubkey=wallet.key)
    )
    await wallet.send(advance, wallet.pay(friend), recent=Hash.from_string(before))
    assert (await wallet.client.get_balance(friend)).value == SOL
    assert await stored() != before
    with pytest.raises(RPCException, match="BlockhashNotFound"):
        await wallet.send(advance, wallet.pay(friend, 2 * SOL), recent=Hash.from_string(before))


async def test_a_token_2022_mint(wallet: Wallet) -> None:
    """Minted, sent, and read by its own program's id."""
    program, friend = TOKEN_2022_PROGRAM_ID, Keypair().pubkey()
    mine, theirs = (get_associated_token_address(owner, MINT, program) for owner in (wallet.key, friend))
    await wallet.send(
        *(
            create_idempotent_associated_token_account(wallet.key, owner, MINT, program)
            for owner in (wallet.key, friend)
        ),
        mint_to_checked(
            MintToCheckedParams(
                program_id=program,
                mint=MINT,
                dest=mine,
                mint_authority=wallet.key,
                amount=1_000_000,
                decimals=6,
            )
        ),
    )
    signature = await wallet.send(
        transfer_checked(
            TransferCheckedParams(
                program_id=program,
                source=mine,
                mint=MINT,
                dest=theirs,
                owner=wallet.key,
                amount=250_000,
                decimals=6,
            )
        )
    )
    assert (await wallet.client.get_token_account_balance(theirs)).value.ui_amount_string == "0.25"
    parsed: Any = (await wallet.client.get_account_info_json_parsed(theirs)).value
    assert parsed.data.program == "spl-token-2022"
    shown: Any = (
        await wallet.client.get_transaction(signature, "jsonParsed", max_supported_transaction_version=0)
    ).value
    (instruction,) = shown.transaction.transaction.message.instructions
    assert (instruction.program, instruction.parsed["type"]) == ("spl-token", "transferChecked")
    assert instruction.parsed["info"]["tokenAmount"]["uiAmountString"] == "0.25"


async def test_blocks_and_slots_as_they_pass(wallet: Wallet) -> None:
    """Blocks that mention an address, and the updates of slots."""
    friend = Keypair().pubkey()
    async with SolanaWsClient(wallet.network.ws_url) as ws:
        await ws.block_subscribe(
            filter_=RpcBlockSubscribeFilterMentions(friend),
            commitment=Confirmed,
            encoding="base64",
            max_supported_transaction_version=0,
        )
        await ws.slots_updates_subscribe()
        signature = await wallet.send(wallet.pay(friend))
        kinds: set[str] = set()
        async with asyncio.timeout(10):
            while True:
                notification: Any = await ws.recv()
                kind = type(notification).__name__
                kinds.add(kind)
                if kind == "BlockNotification":
                    break
    block = notification.result.value.block
    assert [entry.transaction.signatures for entry in block.transactions] == [[signature]]
    assert any(kind.startswith("SlotUpdate") for kind in kinds), kinds


async def test_leaders_votes_and_rewards_parse(wallet: Wallet) -> None:
    """What one node without stake says is readable."""
    slot = (await wallet.client.get_slot()).value
    assert (await wallet.client.get_block_commitment(slot)).value.total_stake == 0
    assert (await wallet.client.get_inflation_reward([wallet.key])).value == [None]


async def test_a_failure_that_lands_keeps_its_logs(wallet: Wallet) -> None:
    """Its error, fee and logs stand in the transaction."""
    signature = await wallet.send(wallet.pay(Keypair().pubkey(), 10**18), skip_preflight=True)
    async with asyncio.timeout(10):
        shown = None
        while shown is None:
            answer = await wallet.client.get_transaction(signature, max_supported_transaction_version=0)
            shown = answer.value
    meta = shown.transaction.meta
    assert meta is not None
    assert "Custom" in str(meta.err)
    assert meta.fee == 5_000
    assert "custom program error: 0x1" in (meta.log_messages or [])[-1]
