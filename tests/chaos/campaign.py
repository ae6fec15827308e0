"""A chaos run from start to table: network, traders that are killed, a rival, the drain, the audit.

``python -m tests.chaos.campaign --seconds 60``. The process that runs this has no event loop and no threads:
it imports everything once and forks the traders, so that a life costs no start-up.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.wallets.secret import SecretKey
from tests.chaos import points
from tests.chaos.life import CLASH, DRAIN_SECONDS, GAVE_UP, OPENING_SECONDS, Life, live
from tests.chaos.rival import haunt
from tests.trading import SOL, Project

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parents[1]
ROOM = {
    f"SNIPERFORGE_{name}": value
    for name, value in (
        ("LIMITS__MAX_OPEN_POSITIONS", "50"),
        ("LIMITS__MAX_TRADE_SOL", "5"),
        ("LIMITS__MAX_EXPOSURE_SOL", "10000"),
        ("LIMITS__MAX_DAILY_LOSS_SOL", "10000"),
        ("LIMITS__MAX_CREATOR_SOL", "0"),
        ("LIMITS__MAX_CREATOR_POSITIONS", "0"),
        ("LIMITS__MAX_TRADES_PER_HOUR", "0"),
        ("LIMITS__MAX_LOSING_STREAK", "0"),
        ("LIMITS__MAX_FEES_PER_HOUR_SOL", "0"),
        ("LIMITS__MAX_FEES_PER_DAY_SOL", "0"),
        ("EXECUTION__EXIT_RETRY_MS", "1000"),
        ("EXECUTION__RESEND_INTERVAL_MS", "500"),
    )
}
FUNDS = 5_000 * SOL
RARE = ("add_attempt", "mark_dead", "count_exit_attempt", "record_foreign", "raise_peak", "mark_finalized")
SLOTS_TO_FINAL = 40
DEPOSIT_SECONDS = 3.0
LOOK_SECONDS = 0.005
COUNT_SECONDS = 5.0
DRAINS = 3
INTENTS = "SELECT count(*) FROM intents"
AUDITED = "SELECT count(*) FROM flags WHERE name LIKE 'audited_until:%'"
"""Above 0 once it is on record where the wallet's history began: what others send from then on is booked."""

LEFT = (
    "SELECT (SELECT count(*) FROM intents WHERE settled_at IS NULL)"
    " + (SELECT count(*) FROM fills WHERE commitment <> 'finalized')"
    " + (SELECT count(*) FROM positions WHERE closed_at IS NULL AND exit_policy <> '{}')"
)
BAD = ("unresolved", "doubled", "lost", "wrong")
_PR_SET_PDEATHSIG = 1


@dataclass
class Plan:
    """How long and how hard.

    Attributes:
        seconds: at most this long, drain and audit apart.
        kills, intents: what is to be reached; then it is enough. 0 for as many as there is time for.
        wallets: one trader each.
        pools: all of them trade all of these.
        life: about how many seconds a trader lives that does not meet its point.
    """

    seconds: float
    kills: int = 0
    intents: int = 0
    wallets: int = 4
    pools: int = 8
    life: float = 5.0
    slot_ms: int = 50
    seed: int = 1


@dataclass
class Trader:
    """A wallet and whoever trades it now."""

    number: int
    life: Life
    log: Path
    pid: int = 0
    dies_at: float = 0.0
    point: str = ""


@dataclass
class Tally:
    """What happened to the processes."""

    trials: int = 0
    kills: int = 0
    gave_up: int = 0
    by_point: Counter[str] = field(default_factory=Counter)
    rival: Counter[str] = field(default_factory=Counter)
    fell_over: list[str] = field(default_factory=list)


class Network:
    """The network's process."""

    def __init__(self, plan: Plan, log: Path) -> None:
        command = [sys.executable, "-m", "tests.chaos.network", str(plan.slot_ms), str(plan.pools)]
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.where = self._heard()

    def ask(self, what: str, **values: Any) -> dict[str, Any]:
        """One order, one answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the network's process has ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.communicate()


class Campaign:
    """One run in one folder, which holds the journals and the traders' logs afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.rng = random.Random(plan.seed)
        self.tally = Tally()
        os.environ["XDG_STATE_HOME"] = str(folder / "home")
        self.network = Network(plan, folder / "network.log")
        self.traders = [self._trader(number) for number in range(plan.wallets)]
        self.opening = [self._fund(each, FUNDS) for each in self.traders]
        self._points, self._points_in = os.pipe()
        self._rival, self._rival_in = os.pipe()
        for pipe in (self._points, self._rival):
            os.set_blocking(pipe, False)
        self._rival_pid = 0

    def _trader(self, number: int) -> Trader:
        where, key = self.network.where, SecretKey.from_seed(bytes([number + 1]) * 32)
        (rpc_url, ws_url), *further = where["endpoints"]
        project = Project(
            self.folder / f"wallet-{number}",
            self.folder / "home",
            rpc_url,
            ws_url,
            where["genesis"],
            key,
            ROOM,
        )
        path = project.folder / "configs" / "networks" / "localnet.toml"
        roles = 'roles = ["read", "send", "subscribe", "history"]'
        tables = [f'\n[[endpoints]]\nrpc_url = "{rpc}"\nws_url = "{ws}"\n{roles}\n' for rpc, ws in further]
        path.write_text(path.read_text() + "".join(tables))
        life = Life(project, key, where["pools"], self.folder / f"witness-{number}", self.plan.seed)
        return Trader(number, life, self.folder / f"trader-{number}.log")

    def _fund(self, trader: Trader, lamports: int) -> str:
        return str(self.network.ask("fund", to=trader.life.project.wallet, lamports=lamports)["signature"])

    # -- processes -----------------------------------------------------------------------------------------

    def _fork(self, log: Path, work: Callable[[], int]) -> int:
        parent, pid = os.getpid(), os.fork()
        if pid:
            return pid
        code = 70
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(code)
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(out, 1)
            os.dup2(out, 2)
            code = work()
        except BaseException:  # noqa: BLE001 - nothing of the child may run the parent's code
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _bear(self, trader: Trader, *, drains: bool = False) -> None:
        """Start a trader, with the way of its death."""
        self.tally.trials += 1
        rng, now = self.rng, time.monotonic()
        point, skip = ("", 0) if drains or rng.random() < 0.3 else self._point()
        trader.point = point
        trader.dies_at = now + (self.plan.life * 1.5 if point else rng.uniform(0.05, self.plan.life * 2))
        if drains:
            trader.dies_at = now + DRAIN_SECONDS + 2 * OPENING_SECONDS + 60
        life = replace(trader.life, seed=rng.getrandbits(32), drains=drains)
        burnt = self._points_in

        def work() -> int:
            points.lay(
                points.Fuse(point, skip, lambda name: (os.write(burnt, f"{name}\n".encode()), None)[1])
            )
            return live(life)

        trader.pid = self._fork(trader.log, work)

    def _point(self) -> tuple[str, int]:
        """A point that was met least and that nobody else waits at, and how often it is passed before."""
        hits, taken = self.tally.by_point, {each.point for each in self.traders}
        free = [name for name in points.POINTS if name not in taken]
        point = min(free, key=lambda name: (hits[name], name not in points.CORE, self.rng.random()))
        rare = point.partition(".")[0] in RARE
        return point, 0 if rare else int(self.rng.expovariate(0.2))

    def _reap(self, trader: Trader) -> bool:
        """Whether it has ended; how, is counted."""
        waited, status = os.waitpid(trader.pid, os.WNOHANG)
        if not waited:
            return False
        trader.pid, code = 0, os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL:
            self.tally.kills += 1
        elif code == GAVE_UP:
            self.tally.gave_up += 1
        elif code:
            what = "it found another holder" if code == CLASH else f"exit status {code}"
            self.tally.fell_over.append(f"trader {trader.number}: {what}; see {trader.log}")
        return True

    def _listen(self) -> None:
        """What the dying and the rival have said."""
        for pipe, counter in ((self._points, self.tally.by_point), (self._rival, self.tally.rival)):
            try:
                counter.update(os.read(pipe, 2**16).decode().split())
            except BlockingIOError:
                continue

    def _haunt(self) -> None:
        said = self._rival_in
        wallets = [(each.life.project.lock, each.life.witness) for each in self.traders]

        def work() -> int:
            haunt(wallets, lambda word: (os.write(said, f"{word}\n".encode()), None)[1])
            return 0

        self._rival_pid = self._fork(self.folder / "rival.log", work)

    # -- phases --------------------------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        """All of it; the document of the table."""
        began = time.monotonic()
        try:
            time.sleep(2.5)  # pools open a second after they are made, and whoever lags knows of them
            self.network.ask("faults", profile="rough", seed=self.plan.seed)
            gc.freeze()
            self._haunt()
            self._storm()
            traded = time.monotonic() - began
            self._drain()
            self.network.ask("calm")
            document = self._audit()
        finally:
            self._end()
            self.network.end()
        self._listen()
        return self._document(document, traded, time.monotonic() - began)

    def _storm(self) -> None:
        until = time.monotonic() + self.plan.seconds
        deposit_at = count_at = 0.0
        while (now := time.monotonic()) < until and not self._enough:
            for trader in self.traders:
                if trader.pid and now > trader.dies_at:
                    os.kill(trader.pid, signal.SIGKILL)
                if not trader.pid or self._reap(trader):
                    self._bear(trader)
            self._listen()
            if now > deposit_at:
                deposit_at = now + DEPOSIT_SECONDS
                if audited := [each for each in self.traders if self._counted(each, AUDITED)]:
                    self._fund(self.rng.choice(audited), self.rng.randint(1, 10**6))
            if now > count_at:
                count_at = now + COUNT_SECONDS
                self._progress(now - until + self.plan.seconds)
            time.sleep(LOOK_SECONDS)
        self._end(traders_only=True)

    _enough = False

    def _progress(self, seconds: float) -> None:
        intents = sum(self._counted(each, INTENTS) for each in self.traders)
        wanted, reached = self.plan.kills + self.plan.intents, self.tally.kills >= self.plan.kills
        self._enough = wanted > 0 and reached and intents >= self.plan.intents
        print(f"{seconds:6.0f} s  {self.tally.kills} kills  {intents} intents", file=sys.stderr, flush=True)

    @staticmethod
    def _counted(trader: Trader, question: str) -> int:
        """A number that the journal tells; 0 while it is just being made."""
        path = trader.life.project.journal_path
        if not path.exists():
            return 0
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            try:
                return int(database.execute(question).fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    def _drain(self) -> None:
        """Each wallet is taken up once more, the faults go on; a second time only where something is left."""
        for _ in range(DRAINS):
            left = [each for each in self.traders if self._counted(each, LEFT)]
            for trader in left:
                self._bear(trader, drains=True)
            while any(each.pid and not self._reap(each) for each in left):
                time.sleep(LOOK_SECONDS)
                self._listen()

    def _audit(self) -> dict[str, Any]:
        """By another program, of the standard library only; beside the journals the real command's list."""
        self._settled()
        named = [
            f"{each.life.project.wallet}={each.life.project.journal_path}={self._trades(each)}"
            for each in self.traders
        ]
        opening = [option for signature in self.opening for option in ("--opening", signature)]
        rpc_url = self.network.where["endpoints"][0][0]
        command = [sys.executable, "-I", str(FOLDER / "audit.py"), "--rpc", rpc_url, *opening, *named]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if not ended.stdout:
            raise RuntimeError(f"the audit broke off: {ended.stderr}")
        found: dict[str, Any] = json.loads(ended.stdout)
        return found

    def _settled(self) -> None:
        """Wait until all that has landed is final."""
        slot = self.network.ask("slot")["slot"]
        while self.network.ask("slot")["slot"] < slot + SLOTS_TO_FINAL:
            time.sleep(0.05)

    def _trades(self, trader: Trader) -> Path:
        project, path = trader.life.project, self.folder / f"trades-{trader.number}.json"
        command = [sys.executable, "-m", "sniperforge", "trades", "list", "--json", "--last", "1000000"]
        environment = {**os.environ, **project.env, "PYTHONPATH": str(PROJECT)}
        with path.open("w") as out:
            subprocess.run(command, cwd=project.folder, env=environment, stdout=out, check=True)
        return path

    def _end(self, *, traders_only: bool = False) -> None:
        """Kill whoever lives."""
        for trader in self.traders:
            if trader.pid:
                os.kill(trader.pid, signal.SIGKILL)
                os.waitpid(trader.pid, 0)
                trader.pid, self.tally.kills = 0, self.tally.kills + 1
        if self._rival_pid and not traders_only:
            os.kill(self._rival_pid, signal.SIGKILL)
            os.waitpid(self._rival_pid, 0)
            self._rival_pid = 0

    def _document(self, audit: dict[str, Any], traded: float, seconds: float) -> dict[str, Any]:
        tally = self.tally
        return {
            "seed": self.plan.seed,
            "wanted": {"kills": self.plan.kills, "intents": self.plan.intents},
            "seconds": round(seconds, 1),
            "intents_per_second": round(audit["intents"] / traded, 2),
            "trials": tally.trials,
            "kills": tally.kills,
            **audit,
            "gave_up": tally.gave_up,
            "fell_over": tally.fell_over,
            "kills_at": {name: tally.by_point[name] for name in points.POINTS},
            "rival": dict(tally.rival),
        }


def table(document: dict[str, Any]) -> str:
    """The figures for people."""
    names = ("trials", "kills", "intents", "effects", "unresolved", "doubled", "lost", "wrong outcome")
    widths = [max(len(name), 8) for name in names]
    lines = ["  ".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True))]
    lines += [
        "  ".join(f"{document[name.split()[0]]:>{width}}" for name, width in zip(names, widths, strict=True))
    ]
    lines += ["", "kills at each point (the others came at random):"]
    lines += [f"  {name:28}{count:>6}" for name, count in document["kills_at"].items()]
    lines += ["", f"rival: {document['rival']}", f"positions held at the end: {document['held']}"]
    lines += [f"{each['kind']}: {each['text']} (wallet {each['wallet']})" for each in document["findings"]]
    lines += [*document["fell_over"], *missed(document)]
    return "\n".join(lines)


def failed(document: dict[str, Any]) -> bool:
    """Whether anything is not as it must be."""
    bad = any(document[name] for name in BAD)
    return (
        bad or bool(document["fell_over"]) or bool(document["rival"].get("clash")) or bool(missed(document))
    )


def missed(document: dict[str, Any]) -> list[str]:
    """What the run was to reach and did not; where kills were asked for, each point is to be met."""
    found = [
        f"{document[name]} {name}, {least} wanted"
        for name, least in document["wanted"].items()
        if document[name] < least
    ]
    if document["wanted"]["kills"]:
        found += [f"never killed at {name}" for name, count in document["kills_at"].items() if not count]
    return found


def main() -> int:
    """Run one campaign; exit status 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    parser.add_argument("--intents", type=int, default=Plan.intents)
    parser.add_argument("--wallets", type=int, default=Plan.wallets)
    parser.add_argument("--pools", type=int, default=Plan.pools)
    parser.add_argument("--life", type=float, default=Plan.life)
    parser.add_argument("--slot-ms", type=int, default=Plan.slot_ms)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--folder", type=Path, help="kept; a temporary one otherwise")
    parser.add_argument("--json", action="store_true")
    options = vars(parser.parse_args())
    folder, as_json = options.pop("folder"), options.pop("json")
    with tempfile.TemporaryDirectory(prefix="sniperforge-chaos-") as temporary:
        place = (folder or Path(temporary)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        document = Campaign(Plan(**options), place).run()
    print(json.dumps(document) if as_json else table(document))
    return int(failed(document))


if __name__ == "__main__":
    sys.exit(main())
