"""The amounts of a trade on a curve, from the events that its instruction emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.pumpfun import events, program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sniperforge.dex.growing_layout import Fields, GrowingLayout


class Trade(NamedTuple):
    """One TradeEvent with what belongs to it.

    Attributes:
        fields: of the TradeEvent.
        completed: it bought the last token.
        beyond: what it bought of the pool to come, when it asked for more than the curve had.
    """

    fields: Fields
    completed: bool = False
    beyond: Fields | None = None

    @property
    def mint(self) -> str:
        """The coin."""
        return self.fields.words["mint"]

    @property
    def buys(self) -> bool:
        """Whether the quote was paid."""
        return self.fields.numbers["is_buy"] == 1

    @property
    def quote_mint(self) -> str:
        """Wrapped SOL where the event has the zero key or, from before other quotes, none."""
        return program.quote_of(self.fields.words.get("quote_mint", ""))

    def facts(self) -> dict[str, str]:
        """Addresses and names that the event tells."""
        words = self.fields.words
        told = {fact: words[name] for fact, name in _FACTS if name in words}
        return told | {"completed": "true"} if self.completed else told

    def amounts(self) -> dict[str, int]:
        """The event's integers, and the common names.

        ``input_amount`` and ``output_amount`` are what curve and trader exchange without fees; ``amount_in``
        and ``amount_out`` count the fees that the trader pays. Events from before 2025 do not tell fees.
        """
        numbers = self.fields.numbers
        amounts = {name: value for name, value in numbers.items() if name != "is_buy"}
        quote, tokens = quote_amount(numbers), numbers["token_amount"]
        fees = numbers["fee"] + sum(numbers.get(name, 0) for name in _MORE_FEES) if "fee" in numbers else None
        if self.beyond is not None:
            further = self.beyond.numbers
            amounts |= {
                f"post_complete_{name}": value for name, value in further.items() if name != "timestamp"
            }
            quote, tokens = quote + further["quote_in"], tokens + further["base_out"]
            fees = (fees or 0) + further["fee"] + further["creator_fee"]
        return amounts | common_amounts(buys=self.buys, quote=quote, tokens=tokens, fees=fees)


_MORE_FEES: Final = ("creator_fee", "cashback")
_FACTS: Final = (("fee_creator", "creator"), ("fee_recipient", "fee_recipient"), ("instruction", "ix_name"))


def quote_amount(numbers: dict[str, int]) -> int:
    """What the trade moved of the quote: pairs other than SOL leave ``sol_amount`` zero."""
    return numbers.get("quote_amount") or numbers["sol_amount"]


def common_amounts(*, buys: bool, quote: int, tokens: int, fees: int | None) -> dict[str, int]:
    """The amounts that all venues name the same; what fees make of the quote only where they are known."""
    if buys:
        amounts = {"input_amount": quote, "output_amount": tokens, "amount_out": tokens}
        return amounts if fees is None else {"amount_in": quote + fees, **amounts}
    amounts = {"amount_in": tokens, "input_amount": tokens, "output_amount": quote}
    return amounts if fees is None else {**amounts, "amount_out": quote - fees}


def trades_in(told: Iterable[tuple[GrowingLayout, Fields]]) -> Iterator[Trade]:
    """The trades among what a call told; a CompleteEvent and what follows belong to the trade before."""
    trade: Trade | None = None
    for layout, fields in told:
        if layout is events.TRADE:
            if trade is not None:
                yield trade
            trade = Trade(fields)
        elif trade is not None and layout is events.COMPLETE:
            trade = trade._replace(completed=True)
        elif trade is not None and layout is events.POST_COMPLETE_BUY:
            trade = trade._replace(beyond=fields)
    if trade is not None:
        yield trade
