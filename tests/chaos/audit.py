"""Holds the journal of a wallet against the chain, as a stranger would: JSON-RPC and SQLite, nothing of ours.

``python audit.py --rpc URL [--opening SIGNATURE] WALLET=JOURNAL[=TRADES]...`` prints one JSON document.
``TRADES`` is what ``sniperforge trades list --json`` printed. Exit status 1 when anything is not as it should
be. ``--opening`` names transactions from before the journal, such as the first funding.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import urllib.request
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    Ask = Callable[..., Any]

WSOL = "So11111111111111111111111111111111111111112"
TOKEN_PROGRAMS = (
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
)
FINAL = {"commitment": "finalized"}
PAGE = 1_000
HELD = ("open", "exiting", "stuck")
LANDED_STATES = {True: ("confirmed", "finalized"), False: ("rejected",)}
OUTCOMES = {True: "landed", False: "failed"}
KINDS = ("unresolved", "doubled", "lost", "wrong")


@dataclass(frozen=True)
class Effect:
    """What one landed transaction did to the wallet, read from its metadata.

    Attributes:
        lamports: change of the wallet itself.
        wsol: change of its wrapped-SOL accounts.
        tokens: change per other mint.
        signed: whether the wallet signed it.
    """

    signature: str
    slot: int
    err: Any
    fee: int
    lamports: int
    wsol: int
    tokens: dict[str, int]
    signed: bool

    @property
    def ok(self) -> bool:
        """Whether it did what it was for."""
        return self.err is None


@dataclass
class Report:
    """What was counted, and what is not as it should be: ``(kind, text)``."""

    wallet: str
    intents: int = 0
    effects: int = 0
    deposits: int = 0
    held: int = 0
    findings: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        """Note a finding."""
        self.findings.append((kind, text))

    def count(self, kind: str) -> int:
        """How many findings of a kind."""
        return sum(found == kind for found, _ in self.findings)


def effect_of(found: dict[str, Any], wallet: str) -> Effect:
    """``getTransaction``'s answer as an effect on ``wallet``."""
    meta, message = found["meta"], found["transaction"]["message"]
    loaded = meta.get("loadedAddresses") or {}
    keys = [*message["accountKeys"], *loaded.get("writable", ()), *loaded.get("readonly", ())]
    before, after = (_balances(meta, side, wallet) for side in ("pre", "post"))
    own = keys.index(wallet) if wallet in keys else None
    signers = keys[: message["header"]["numRequiredSignatures"]]
    mints = {mint for mint in (*before, *after) if mint != WSOL}
    return Effect(
        signature=found["transaction"]["signatures"][0],
        slot=found["slot"],
        err=meta["err"],
        fee=meta["fee"] if keys[0] == wallet else 0,
        lamports=0 if own is None else meta["postBalances"][own] - meta["preBalances"][own],
        wsol=after[WSOL] - before[WSOL],
        tokens={mint: after[mint] - before[mint] for mint in mints if after[mint] != before[mint]},
        signed=wallet in signers,
    )


def _balances(meta: dict[str, Any], side: str, wallet: str) -> Counter[str]:
    """The wallet's tokens by mint; wrapped SOL counts the lamports of its accounts, rent included."""
    found: Counter[str] = Counter()
    for each in meta[f"{side}TokenBalances"]:
        if each["owner"] == wallet:
            is_sol = each["mint"] == WSOL
            amount = (
                meta[f"{side}Balances"][each["accountIndex"]] if is_sol else each["uiTokenAmount"]["amount"]
            )
            found[each["mint"]] += int(amount)
    return found


def history(ask: Ask, addresses: Collection[str], wallet: str) -> dict[str, Effect]:
    """Every final transaction that names one of ``addresses``."""
    signatures = {each for address in addresses for each in _signatures(ask, address)}
    options = {"encoding": "json", "maxSupportedTransactionVersion": 0, **FINAL}
    found = ((each, ask("getTransaction", each, options)) for each in sorted(signatures))
    return {signature: effect_of(transaction, wallet) for signature, transaction in found}


def _signatures(ask: Ask, address: str) -> Iterator[str]:
    before: dict[str, str] = {}
    while True:
        page = ask("getSignaturesForAddress", address, {"limit": PAGE, **before, **FINAL})
        yield from (each["signature"] for each in page)
        if len(page) < PAGE:
            return
        before = {"before": page[-1]["signature"]}


def tokens_held(ask: Ask, wallet: str) -> Counter[str]:
    """Raw tokens by mint, in all of the wallet's accounts, wrapped SOL aside."""
    found: Counter[str] = Counter()
    for program in TOKEN_PROGRAMS:
        options = {"encoding": "jsonParsed", **FINAL}
        for each in ask("getTokenAccountsByOwner", wallet, {"programId": program}, options)["value"]:
            info = each["account"]["data"]["parsed"]["info"]
            if info["mint"] != WSOL:
                found[info["mint"]] += int(info["tokenAmount"]["amount"])
    return found


class Audit:
    """One wallet's journal against one chain."""

    def __init__(self, ask: Ask, wallet: str, journal: Path, opening: Collection[str] = ()) -> None:
        self.ask = ask
        self.wallet = wallet
        self.opening = set(opening)
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            rows = {name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")] for name in TABLES}
        database.close()
        self.intents = {row["id"]: row for row in rows["intents"]}
        self.transactions = {row["signature"]: row for row in rows["transactions"]}
        self.fills = {row["signature"]: row for row in rows["fills"]}
        self.positions = {row["id"]: row for row in rows["positions"]}
        self.foreign = {row["signature"]: row for row in rows["foreign_transactions"]}
        self.by_others = {name: rows[name] for name in BY_OTHERS}
        self.report = Report(wallet)

    def run(self, listing: list[dict[str, Any]] | None = None) -> Report:
        """All checks; ``listing`` is what the command shows as the wallet's trades."""
        accounts = {row["token_account"] for row in self.positions.values()}
        chain = history(self.ask, {self.wallet, *accounts}, self.wallet)
        mine = {signature: effect for signature, effect in chain.items() if effect.signed}
        self.report.intents, self.report.effects = len(self.intents), len(mine)
        self._balance(chain)
        self._one_effect_each(mine)
        for effect in mine.values():
            self._is_booked(effect)
        self._nothing_imagined(mine)
        self._all_resolved()
        self._deposits({key: effect for key, effect in chain.items() if not effect.signed})
        self._positions(mine)
        if listing is not None:
            self._listing(listing, mine)
        return self.report

    def _balance(self, chain: dict[str, Effect]) -> None:
        """The history is whole: it adds up to what is there."""
        total = sum(effect.lamports for effect in chain.values())
        there = self.ask("getBalance", self.wallet, FINAL)["value"]
        if total != there:
            self.report.add("lost", f"the history adds up to {total} lamports, the wallet has {there}")

    def _one_effect_each(self, mine: dict[str, Effect]) -> None:
        by_intent: defaultdict[str, list[str]] = defaultdict(list)
        for signature in mine:
            row = self.transactions.get(signature)
            if row is None:
                self.report.add("lost", f"no intent knows {signature}, which the wallet signed")
            else:
                by_intent[row["intent_id"]].append(signature)
        for intent, signatures in by_intent.items():
            if len(signatures) > 1:
                self.report.add("doubled", f"intent {intent} has {len(signatures)} effects: {signatures}")
            if intent not in self.intents:
                self.report.add("lost", f"{signatures} belong to an intent {intent} that is not on record")
        keys = Counter(row["client_key"] for row in self.intents.values() if row["client_key"])
        for key, count in keys.items():
            if count > 1:
                self.report.add("doubled", f"{count} intents have the key {key}")

    def _is_booked(self, effect: Effect) -> None:
        row, fill = self.transactions.get(effect.signature), self.fills.get(effect.signature)
        if row is None:
            return  # told already
        if row["state"] in ("planned", "submitted"):
            self.report.add("unresolved", f"{effect.signature} landed and is {row['state']}")
        elif row["state"] not in LANDED_STATES[effect.ok]:
            self.report.add("wrong", f"{effect.signature} landed, err {effect.err}, and is {row['state']}")
        outcome = self.intents.get(row["intent_id"], {}).get("outcome")
        if outcome is not None and outcome != OUTCOMES[effect.ok]:
            self.report.add("wrong", f"{effect.signature} landed, err {effect.err}; the intent is {outcome}")
        if fill is None:
            self.report.add("lost", f"{effect.signature} landed and has no fill")
        else:
            self._is_exact(effect, fill)

    def _is_exact(self, effect: Effect, fill: dict[str, Any]) -> None:
        said = (
            fill["intent_id"],
            fill["slot"],
            fill["err"] is None,
            fill["fee"],
            fill["lamports_delta"],
            fill["wsol_delta"],
            int(fill["token_delta"]),
        )
        told = (
            self.transactions[effect.signature]["intent_id"],
            effect.slot,
            effect.ok,
            effect.fee,
            effect.lamports,
            effect.wsol,
            effect.tokens.get(fill["mint"], 0),
        )
        if said != told:
            self.report.add("wrong", f"{effect.signature} is booked as {said}, the chain says {told}")
        moved = fill["lamports_delta"] + fill["wsol_delta"]
        costs = fill["fee"] + fill["tip"] + fill["rent_paid"] - fill["rent_returned"]
        if moved != fill["trade"] - costs:
            self.report.add("wrong", f"{effect.signature}: {moved} is not {fill['trade']} - {costs}")

    def _nothing_imagined(self, mine: dict[str, Effect]) -> None:
        for signature, row in self.transactions.items():
            if signature not in mine and row["state"] in ("confirmed", "finalized", "rejected"):
                self.report.add("wrong", f"{signature} is {row['state']}, and the chain does not have it")
        for signature in self.fills.keys() - mine.keys():
            self.report.add("wrong", f"{signature} is booked, and the chain does not have it")

    def _all_resolved(self) -> None:
        known = {row["intent_id"] for row in self.transactions.values()}
        landed = {row["intent_id"] for row in self.fills.values()}
        for intent, row in self.intents.items():
            if intent not in known:
                self.report.add("lost", f"intent {intent} has no transaction")
            elif row["settled_at"] is None or row["outcome"] is None:
                self.report.add("unresolved", f"intent {intent} ({row['kind']}) has no outcome")
        for signature, row in self.transactions.items():
            open_states = ("planned", "submitted") if row["intent_id"] in landed else (*OPEN, "superseded")
            if row["state"] in open_states:
                self.report.add("unresolved", f"{signature} is {row['state']}")

    def _deposits(self, theirs: dict[str, Effect]) -> None:
        """What others moved is on record as theirs, to the lamport."""
        for signature, effect in theirs.items():
            moved = effect.lamports + effect.wsol
            if signature in self.opening or not moved:
                continue
            self.report.deposits += 1
            row = self.foreign.get(signature)
            if row is None:
                self.report.add("lost", f"a move of {moved} lamports by others is not on record: {signature}")
            elif row["sol_delta"] != moved:
                self.report.add("wrong", f"{signature} moved {moved} lamports, booked as {row['sol_delta']}")
        for signature, row in self.foreign.items():
            if row["signed_by_wallet"]:
                self.report.add("lost", f"{signature} carries the wallet's signature and no intent made it")
            elif signature not in theirs:
                self.report.add("wrong", f"a move by others, {signature}, is not on the chain")

    def _positions(self, mine: dict[str, Effect]) -> None:
        held: Counter[str] = Counter()
        by_position: defaultdict[str, list[tuple[dict[str, Any], Effect]]] = defaultdict(list)
        for signature, fill in self.fills.items():
            if signature in mine and fill["position_id"]:
                by_position[fill["position_id"]].append((fill, mine[signature]))
        for key, row in self.positions.items():
            self._position(row, by_position.get(key, []))
            if row["state"] in HELD:
                held[row["mint"]] += int(row["raw"])
        for name, rows in self.by_others.items():
            for row in rows:
                self.report.add("lost", f"put down to other hands, in {name}: {row}")
        for key in by_position.keys() - self.positions.keys():
            self.report.add("lost", f"fills of position {key}, which is not on record")
        self.report.held = sum(raw > 0 for raw in held.values())
        there = tokens_held(self.ask, self.wallet)
        for mint in held.keys() | there.keys():
            if held[mint] != there[mint]:
                self.report.add("lost", f"{mint}: positions hold {held[mint]}, accounts {there[mint]}")

    def _position(self, row: dict[str, Any], fills: list[tuple[dict[str, Any], Effect]]) -> None:
        raw = sum(effect.tokens.get(row["mint"], 0) for _, effect in fills)
        trades = [fill["trade"] for fill, effect in fills if effect.ok and fill["kind"] in ("buy", "sell")]
        cost, proceeds = -sum(each for each in trades if each < 0), sum(each for each in trades if each > 0)
        said = (int(row["raw"]), row["cost"], row["proceeds"])
        if said != (raw, cost, proceeds):
            self.report.add("wrong", f"position {row['id']}: {said}, its fills say {(raw, cost, proceeds)}")
        if (row["state"] == "closed") != (raw == 0):
            self.report.add("lost", f"position {row['id']} is {row['state']} with {raw} tokens")

    def _listing(self, listing: list[dict[str, Any]], mine: dict[str, Effect]) -> None:
        """What the command shows is the chain's history: every signature, amount, fee."""
        shown = {each["signature"]: each for each in listing}
        if len(shown) != len(listing):
            self.report.add("doubled", "the list of trades shows a signature twice")
        for signature in shown.keys() ^ mine.keys():
            where = "the list only" if signature in shown else "the chain only"
            self.report.add("lost", f"the list of trades: {signature} is in {where}")
        for signature in shown.keys() & mine.keys():
            each, effect = shown[signature], mine[signature]
            raw = int(each["amount"]["raw"]) if each["amount"] else 0
            said = (_lamports(each["fee_sol"]), _lamports(each["wallet_delta_sol"]), raw, each["failed"])
            told = (
                effect.fee,
                effect.lamports + effect.wsol,
                effect.tokens.get(each["mint"], 0),
                not effect.ok,
            )
            if said != told:
                self.report.add("wrong", f"the list of trades: {signature} is {said}, not {told}")


TABLES = (
    "intents",
    "transactions",
    "fills",
    "positions",
    "foreign_transactions",
    "moves",
    "foreign_tokens",
)
BY_OTHERS = ("moves", "foreign_tokens")
"""What the journal puts down to other hands: nobody else has the key, so there is none."""

OPEN = ("planned", "submitted")


def _lamports(sol: str) -> int:
    return int(Decimal(sol) * 10**9)


def over_http(url: str) -> Ask:
    """Asks a node."""

    def ask(method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]

    return ask


def main() -> int:
    """Audit every wallet named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--opening", action="append", default=[])
    parser.add_argument("wallets", nargs="+", metavar="WALLET=JOURNAL[=TRADES]")
    options = parser.parse_args()
    reports = []
    for named in options.wallets:
        wallet, journal, *trades = named.split("=")
        listing = json.loads(Path(trades[0]).read_text())["data"]["trades"] if trades else None
        reports.append(Audit(over_http(options.rpc), wallet, Path(journal), options.opening).run(listing))
    totals = {
        name: sum(getattr(each, name) for each in reports)
        for name in ("intents", "effects", "deposits", "held")
    }
    totals |= {kind: sum(each.count(kind) for each in reports) for kind in KINDS}
    findings = [
        {"wallet": each.wallet, "kind": kind, "text": text}
        for each in reports
        for kind, text in each.findings
    ]
    print(json.dumps({**totals, "findings": findings}))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
