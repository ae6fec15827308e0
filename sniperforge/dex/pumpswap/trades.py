"""The amounts of a trade in a pool, from the BuyEvent or SellEvent that its instruction emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sniperforge.dex.pumpswap import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sniperforge.dex.growing_layout import Fields, GrowingLayout


class Trade(NamedTuple):
    """One trade.

    Attributes:
        buys: whether the pool's quote was paid.
    """

    buys: bool
    fields: Fields

    @property
    def pool(self) -> str:
        """Where."""
        return self.fields.words["pool"]

    def facts(self) -> dict[str, str]:
        """Addresses and names that the event tells."""
        words = self.fields.words
        names = ("coin_creator", "protocol_fee_recipient")
        told = {name: words[name] for name in names if name in words}
        return {**told, "instruction": words["ix_name"]} if "ix_name" in words else told

    def amounts(self) -> dict[str, int]:
        """The event's integers, and the common names.

        The pool's side counts the fee of its LPs, which stays, and not what protocol and creator get.
        Events of an exact input call the budget ``quote_amount_in``; ``user_quote_amount_in`` is exchanged.
        """
        numbers = self.fields.numbers
        if self.buys:
            kept, given = numbers["quote_amount_in_with_lp_fee"], numbers["base_amount_out"]
            others = ("protocol_fee", "coin_creator_fee", "cashback")
            paid = kept + sum(numbers.get(name, 0) for name in others)
            return {
                **numbers,
                "amount_in": paid,
                "amount_out": given,
                "input_amount": kept,
                "output_amount": given,
            }
        sold = numbers["base_amount_in"]
        return {
            **numbers,
            "amount_in": sold,
            "amount_out": numbers["user_quote_amount_out"],
            "input_amount": sold,
            "output_amount": numbers["quote_amount_out_without_lp_fee"],
        }


def trades_in(told: Iterable[tuple[GrowingLayout, Fields]]) -> Iterator[Trade]:
    """The trades among what a call told."""
    for layout, fields in told:
        if layout is events.BUY or layout is events.SELL:
            yield Trade(layout is events.BUY, fields)
