"""Blocks in the encodings of the JSON-RPC, for ``getBlock`` and ``blockSubscribe``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.transaction_json import (
    ENCODINGS,
    account_keys_json,
    holdings_json,
    status_json,
    transaction_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord
    from sniperforge.localnet.rpc.params import Config

DETAILS: Final = ("full", "accounts", "signatures", "none")


class BlockFormat:
    """How one request wants blocks shown.

    Args:
        config: the request's options.
        rewards: the option's name and what it is when absent; the two requests differ in both.
    """

    def __init__(self, config: Config, rewards: tuple[str, bool] = ("rewards", True)) -> None:
        self._encoding = config.text("encoding", ENCODINGS) or "json"
        self._details = config.text("transactionDetails", DETAILS) or "full"
        self._version = config.integer("maxSupportedTransactionVersion")
        self._rewards = config.flag(rewards[0], default=rewards[1])

    def show(self, ledger: Ledger, block: Block, records: Iterable[TransactionRecord]) -> dict[str, Any]:
        """``block`` with these of its transactions.

        Raises:
            RpcError: a transaction of a version that the client cannot read.
        """
        parent = ledger.chain.in_slot(block.parent_slot)
        shown: dict[str, Any] = {
            "blockHeight": block.height,
            "blockTime": block.time,
            "blockhash": block.blockhash,
            "parentSlot": block.parent_slot,
            "previousBlockhash": parent.blockhash if parent else ledger.genesis_hash,
        }
        if self._details == "signatures":
            shown["signatures"] = [record.signature for record in records]
        elif self._details != "none":
            shown["transactions"] = [self._entry(record) for record in records]
        if self._rewards:
            shown["rewards"] = []
        return shown

    def needs_records(self) -> bool:
        """Whether a block cannot be shown without its transactions."""
        return self._details != "none"

    def _entry(self, record: TransactionRecord) -> dict[str, Any]:
        if self._version is None and record.envelope.versioned:
            raise faults.unsupported_version()
        if self._details == "full":
            return transaction_json(record, self._encoding, show_version=self._version is not None)
        shown = _accounts_only(record)
        if self._version is not None:
            shown["version"] = 0 if record.envelope.versioned else "legacy"
        return shown


def block_records(ledger: Ledger, block: Block) -> list[TransactionRecord]:
    """All transactions of ``block``.

    Raises:
        RpcError: some are no longer kept.
    """
    records = ledger.history.in_slot(block.slot)
    if len(records) != block.landed:
        raise faults.block_cleaned_up(block.slot, ledger.chain.tip.slot)
    return records


def _accounts_only(record: TransactionRecord) -> dict[str, Any]:
    return {
        "transaction": {
            "accountKeys": account_keys_json(record),
            "signatures": [str(signature) for signature in record.envelope.transaction.signatures],
        },
        "meta": {
            "err": record.err,
            "status": status_json(record.err),
            "fee": record.fee,
            "preBalances": record.pre_lamports,
            "postBalances": record.post_lamports,
            "preTokenBalances": holdings_json(record.pre_tokens),
            "postTokenBalances": holdings_json(record.post_tokens),
        },
    }
