"""An alert, as a value, and what a channel that carries it must offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class AlertKind(StrEnum):
    """What happened."""

    FILL = "fill"
    STUCK = "stuck"
    UNKNOWN = "unknown"
    HALT = "halt"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should hear of.

    Attributes:
        subject: what it is about; the same kind and subject within a while is told once.
        title: a few words.
        text: one line.
    """

    kind: AlertKind
    subject: str
    title: str
    text: str


class Channel(Protocol):
    """Where alerts go."""

    @property
    def name(self) -> str:
        """What it is called in logs; never a secret."""
        ...

    async def send(self, alert: Alert) -> None:
        """Deliver one alert, in bounded time.

        Raises:
            UnavailableError: it was not delivered. The message holds no secret.
            UnknownOutcomeError: no answer in time; it may have been delivered.
        """
        ...
