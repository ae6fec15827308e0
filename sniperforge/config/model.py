"""What ``sniperforge.toml`` may say, with its defaults. Units are part of each name."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sniperforge.config.values import (
    Addresses,
    Bps,
    Launchpads,
    Name,
    Names,
    Percent,
    Percentile,
    Port,
    PositiveSol,
    Secret,
    Section,
    Sol,
    Texts,
    contradiction,
    lamports_of,
    require_order,
)
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.jito import MIN_TIP_LAMPORTS

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Paths(Section):
    """Folders; relative ones are inside the project root, ``~`` is the home folder."""

    state: Annotated[str, Field(min_length=1)] = "state"
    logs: Annotated[str, Field(min_length=1)] = "logs"
    wallets: Annotated[str, Field(min_length=1)] = "wallets"


class Logging(Section):
    """The log files."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    queue_lines: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000


class Wallets(Section):
    """What happens when a wallet is missing, on localnet and devnet only."""

    auto_generate: bool = True
    airdrop_sol: Sol = Field(default="10", validate_default=True)


class Limits(Section):
    """The one door that every order passes; exits pass it where stated.

    Of the numbers after ``reserve_sol`` 0 is no limit; ``kill_file`` is relative to the project root.
    """

    max_trade_sol: PositiveSol = Field(default="0.5", validate_default=True)
    max_open_positions: Annotated[int, Field(ge=1, le=10_000)] = 5
    max_exposure_sol: PositiveSol = Field(default="2", validate_default=True)
    max_daily_loss_sol: PositiveSol = Field(default="1", validate_default=True)
    reserve_sol: Sol = Field(default="0.05", validate_default=True)
    max_token_sol: Sol = Field(default="0", validate_default=True)
    max_creator_sol: Sol = Field(default="1", validate_default=True)
    max_creator_positions: Count = 2
    max_trades_per_hour: Count = 60
    max_losing_streak: Count = 5
    losing_streak_pause_minutes: Annotated[int, Field(ge=1, le=525_600)] = 60
    max_fees_per_hour_sol: Sol = Field(default="0.1", validate_default=True)
    max_fees_per_day_sol: Sol = Field(default="0.5", validate_default=True)
    max_priority_fee_micro_lamports: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    kill_file: Annotated[str, Field(min_length=1)] = "state/KILL"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require_order(self, "max_trade_sol", "max_exposure_sol")
        for name in ("max_token_sol", "max_creator_sol"):
            if getattr(self, name):
                require_order(self, "max_trade_sol", name)
        return self


class Execution(Section):
    """How orders are priced, paid for and repeated."""

    slippage_bps: Bps = 500
    exit_slippage_bps: Bps = 500
    exit_slippage_max_bps: Bps = 5_000
    priority_fee_micro_lamports: Annotated[int, Field(ge=0, le=2**63 - 1)] = 100_000
    fee_percentile_normal: Percentile = 50
    fee_percentile_fast: Percentile = 75
    fee_percentile_urgent: Percentile = 90
    max_fee_sol: PositiveSol = Field(default="0.01", validate_default=True)
    max_fee_percent: Percent = Field(default=5, validate_default=True)
    resend_interval_ms: Annotated[int, Field(ge=100, le=60_000)] = 2_000
    exit_retry_ms: Annotated[int, Field(ge=1_000, le=15_000)] = 6_000
    nonce_accounts: Annotated[int, Field(ge=0, le=16)] = 4
    mev: Literal["none", "tip", "bundle"] = "none"
    tip_sol: PositiveSol = Field(default="0.0001", validate_default=True)
    max_tip_sol: PositiveSol = Field(default="0.001", validate_default=True)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if lamports_of(self.tip_sol) < MIN_TIP_LAMPORTS:
            raise contradiction(
                "tip_sol", f"block engines take no tip below {format_sol(MIN_TIP_LAMPORTS)} SOL"
            )
        require_order(self, "tip_sol", "max_tip_sol")
        if self.mev != "none" and self.max_tip_sol >= self.max_fee_sol:
            raise contradiction("max_tip_sol", "max_tip_sol is part of max_fee_sol and must leave room in it")
        require_order(self, "exit_slippage_bps", "exit_slippage_max_bps")
        require_order(self, "fee_percentile_normal", "fee_percentile_fast")
        require_order(self, "fee_percentile_fast", "fee_percentile_urgent")
        return self


class Alerts(Section):
    """Who is told of what happens while nobody looks.

    Attributes:
        console: stuck exits, unknown outcomes and halts also as a line on stderr.
        url: where alerts go, in apprise's form; a secret.
        url_file: a file of mode 0600 that has the URL in its first line, relative to the project root.
        fills: tell the URL of buys and sales too.
        repeat_minutes: the same subject is told once in that time.
        per_minute: alerts of one kind.
        timeout_seconds: of one alert.
    """

    console: bool = True
    url: Secret = ""
    url_file: str = ""
    fills: bool = True
    repeat_minutes: Annotated[int, Field(ge=1, le=10_080)] = 15
    per_minute: Annotated[int, Field(ge=1, le=1_000)] = 20
    timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 15

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.url and self.url_file:
            raise contradiction("url_file", "url and url_file are both given")
        return self


class Watch(Section):
    """Which new pools ``pools watch`` shows; 0 and an empty list leave nothing out.

    Attributes:
        dexes, launchpads: registry names.
        quote_mints, creators: base58.
        names: parts of a coin's name or symbol.
        min_quote_liquidity_sol, max_quote_liquidity_sol: quote side of the pool.
        max_pool_age_seconds: since its block.
    """

    dexes: Names = ()
    launchpads: Launchpads = ()
    quote_mints: Addresses = ()
    creators: Addresses = ()
    names: Texts = ()
    min_quote_liquidity_sol: Sol = Field(default="0", validate_default=True)
    max_quote_liquidity_sol: Sol = Field(default="0", validate_default=True)
    max_pool_age_seconds: Annotated[int, Field(ge=0, le=31_536_000)] = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.max_quote_liquidity_sol:
            require_order(self, "min_quote_liquidity_sol", "max_quote_liquidity_sol")
        return self


class Localnet(Section):
    """The embedded network."""

    rpc_port: Port = 8899
    ws_port: Port = 8900
    jupiter_port: Port = 8898
    slot_ms: Annotated[int, Field(ge=10, le=60_000)] = 400
    market: bool = True
    market_seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 7
    launches_per_minute: Annotated[int, Field(ge=0, le=600)] = 12

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.rpc_port and self.rpc_port == self.ws_port:
            raise contradiction("ws_port", f"ws_port and rpc_port are both {self.ws_port}")
        for name in ("rpc_port", "ws_port"):
            if self.jupiter_port and self.jupiter_port == getattr(self, name):
                raise contradiction("jupiter_port", f"jupiter_port and {name} are both {self.jupiter_port}")
        return self


class Config(Section):
    """The whole of ``sniperforge.toml``."""

    network: Name = "localnet"
    wallet: Name = "default"
    bot: Name = "lp-sniper"
    live: bool = False
    paths: Paths = Paths()
    logging: Logging = Logging()
    wallets: Wallets = Wallets()
    limits: Limits = Limits()
    execution: Execution = Execution()
    alerts: Alerts = Alerts()
    watch: Watch = Watch()
    localnet: Localnet = Localnet()
