"""One subscription: what it wants, at which commitment, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.filters import parse_filters
from sniperforge.localnet.rpc.params import Config, Params, expect, parse_address, parse_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.account import Account

    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.vm import Vm
    from sniperforge.localnet.pubsub.outbox import Outbox

ALL: Final = ""
"""The topic of subscriptions that are not about one address or signature."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscription is about.

    Attributes:
        kind: ``account``, ``logs``, ``program``, ``signature``, ``slot`` or ``root``.
        topic: address or signature, :data:`ALL` when it is about everything.
        commitment: when to tell.
        form: how to show accounts.
        filters: which of a program's accounts count.
        received: tell also when a signature's transaction arrives.
    """

    kind: str
    topic: str
    commitment: Commitment
    form: AccountFormat | None = None
    filters: tuple[Callable[[Account], bool], ...] = ()
    received: bool = False


@dataclass(frozen=True, slots=True, eq=False)
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


def _slot(_vm: Vm, _params: Params) -> Interest:
    return Interest("slot", ALL, "processed")


def _root(_vm: Vm, _params: Params) -> Interest:
    return Interest("root", ALL, "finalized")


_KINDS: Final[dict[str, tuple[Callable[[Vm, Params], Interest], int]]] = {
    "accountSubscribe": (_account, 1),
    "programSubscribe": (_program, 1),
    "logsSubscribe": (_logs, 1),
    "signatureSubscribe": (_signature, 1),
    "slotSubscribe": (_slot, 0),
    "rootSubscribe": (_root, 0),
}

SUBSCRIBE: Final = frozenset(_KINDS)
UNSUBSCRIBE: Final = frozenset(name.replace("Subscribe", "Unsubscribe") for name in _KINDS)


def parse_interest(vm: Vm, method: str, values: list[Any]) -> Interest:
    """The interest that a ``...Subscribe`` request states.

    Raises:
        RpcError: wrong parameters.
    """
    parse, required = _KINDS[method]
    if len(values) < required:
        raise faults.invalid_params(f"`params` should have at least {required} argument(s)")
    return parse(vm, Params(values))
