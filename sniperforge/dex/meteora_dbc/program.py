"""Program id of Meteora's dynamic bonding curve."""

from __future__ import annotations

from typing import Final

NAME: Final = "meteora_dbc"
MAINNET: Final = "dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": MAINNET}
