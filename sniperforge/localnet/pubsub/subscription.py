"""One subscription: what it wants, at which commitment, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import RpcError
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.block_json import BlockFormat, block_records
from sniperforge.localnet.rpc.filters import parse_filters
from sniperforge.localnet.rpc.params import Config, Params, expect, parse_address, parse_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.account import Account

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.vm import Vm
    from sniperforge.localnet.pubsub.outbox import Outbox

ALL: Final = ""
"""The topic of subscriptions that are not about one address or signature."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscription is about.

    Attributes:
        kind: ``account``, ``block``, ``logs``, ``program``, ``root``, ``signature``, ``slot`` or
            ``slotsUpdates``.
        topic: address or signature, :data:`ALL` when it is about everything.
        commitment: when to tell.
        form: how to show accounts.
        filters: which of a program's accounts count.
        block: which transactions of blocks to show, and how.
        received: tell also when a signature's transaction arrives.
    """

    kind: str
    topic: str
    commitment: Commitment
    form: AccountFormat | None = None
    filters: tuple[Callable[[Account], bool], ...] = ()
    block: BlockChoice | None = None
    received: bool = False


@dataclass(frozen=True, slots=True)
class BlockChoice:
    """What a block subscription shows: ``mentions`` is an address, or :data:`ALL`."""

    form: BlockFormat
    mentions: str

    def show(self, ledger: Ledger, block: Block) -> dict[str, Any] | None:
        """The notification's value; ``None`` when no transaction of the block mentions the address."""
        shown: dict[str, Any] = {"slot": block.slot, "block": None, "err": None}
        try:
            records = block_records(ledger, block)
            if self.mentions:
                records = [record for record in records if self.mentions in record.loaded.names]
                if not records:
                    return None
            shown["block"] = self.form.show(ledger, block, records)
        except RpcError as error:
            version = error.rpc_code == faults.UNSUPPORTED_VERSION
            shown["err"] = {"UnsupportedTransactionVersion": 0} if version else "BlockStoreError"
        return shown


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Subscription:
    """An interest with its number and its client."""

    number: int
    interest: Interest
    outbox: Outbox

    def tell(self, result: bytes) -> None:
        """Send a notification with ``result``, which is JSON already."""
        self.outbox.put(
            b'{"jsonrpc":"2.0","method":"%bNotification","params":{"result":%b,"subscription":%d}}'
            % (self.interest.kind.encode(), result, self.number)
        )


def _account(vm: Vm, params: Params) -> Interest:
    address, config = str(params.address(0)), params.config(1)
    form = AccountFormat(vm, config, "binary", strict=False)
    return Interest("account", address, config.commitment(), form)


def _program(vm: Vm, params: Params) -> Interest:
    address, config = str(params.address(0)), params.config(1)
    form = AccountFormat(vm, config, "binary", strict=False)
    filters = tuple(parse_filters(config.items("filters")))
    return Interest("program", address, config.commitment(), form, filters)


def _logs(_vm: Vm, params: Params) -> Interest:
    choice, config = params.at(0), params.config(1)
    if isinstance(choice, str):
        if choice not in {"all", "allWithVotes"}:
            raise faults.invalid_params(
                f"Invalid params: unknown variant `{choice[:64]}`, "
                "expected one of `all`, `allWithVotes`, `mentions`."
            )
        return Interest("logs", ALL, config.commitment())
    mentions = Config(expect(choice, dict)).items("mentions")
    if len(mentions) != 1:
        raise faults.invalid_params("Invalid Request: Only 1 address supported")
    return Interest("logs", str(parse_address(mentions[0])), config.commitment())


def _signature(_vm: Vm, params: Params) -> Interest:
    signature, config = parse_signature(params.at(0)), params.config(1)
    received = config.flag("enableReceivedNotification")
    return Interest("signature", signature, config.commitment(), received=received)


def _block(_vm: Vm, params: Params) -> Interest:
    choice, config = params.at(0), params.config(1)
    form, commitment = BlockFormat(config, ("showRewards", False)), config.confirmed()
    if isinstance(choice, str):
        if choice != "all":
            raise faults.invalid_params(
                f"Invalid params: unknown variant `{choice[:64]}`, "
                "expected one of `all`, `mentionsAccountOrProgram`."
            )
        return Interest("block", ALL, commitment, block=BlockChoice(form, ALL))
    mentioned = str(parse_address(expect(choice, dict).get("mentionsAccountOrProgram")))
    return Interest("block", mentioned, commitment, block=BlockChoice(form, mentioned))


def _slots_updates(_vm: Vm, _params: Params) -> Interest:
    return Interest("slotsUpdates", ALL, "processed")


def _slot(_vm: Vm, _params: Params) -> Interest:
    return Interest("slot", ALL, "processed")


def _root(_vm: Vm, _params: Params) -> Interest:
    return Interest("root", ALL, "finalized")


_KINDS: Final[dict[str, tuple[Callable[[Vm, Params], Interest], int, str]]] = {
    "accountSubscribe": (_account, 1, "encodings of getAccountInfo"),
    "programSubscribe": (_program, 1, "encodings and filters of getProgramAccounts"),
    "logsSubscribe": (_logs, 1, "all, allWithVotes, or one address in mentions"),
    "signatureSubscribe": (_signature, 1, "told once, then over; enableReceivedNotification"),
    "blockSubscribe": (_block, 1, "all or mentionsAccountOrProgram; options of getBlock; not processed"),
    "slotSubscribe": (_slot, 0, "as slots open"),
    "slotsUpdatesSubscribe": (_slots_updates, 0, "createdBank, frozen, optimisticConfirmation, root"),
    "rootSubscribe": (_root, 0, "as slots are finalized"),
}

SUBSCRIBE: Final = {name: says for name, (_, _, says) in _KINDS.items()}
"""Name -> what its table says."""

UNSUBSCRIBE: Final = frozenset(name.replace("Subscribe", "Unsubscribe") for name in _KINDS)


def parse_interest(vm: Vm, method: str, values: list[Any]) -> Interest:
    """The interest that a ``...Subscribe`` request states.

    Raises:
        RpcError: wrong parameters.
    """
    parse, required, _ = _KINDS[method]
    if len(values) < required:
        raise faults.invalid_params(f"`params` should have at least {required} argument(s)")
    return parse(vm, Params(values))
