"""The documents say what the code does: commands, options, checks, tables, references, links, examples."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import typer

from sniperforge import errors
from sniperforge.cli.options import NAMES
from sniperforge.cli.table import COMMANDS
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.domain.events import NewPool
from sniperforge.domain.lifecycle import TRANSITIONS, TxEvent
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.domain.verdict import Decided, Verdict
from sniperforge.localnet.faults.plan import BOUNDS, PROFILES
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.pubsub.subscription import SUBSCRIBE
from sniperforge.localnet.rpc.dispatcher import METHODS
from sniperforge.plugin import BotSpec, ExitPolicy, Judgement, RiskPolicy
from sniperforge.risk.token_checks import CHECKS
from sniperforge.testing.chain_views import transaction_view

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
TITLES = {path.relative_to(PROJECT).as_posix(): path for path in PAGES}

REFERENCE = re.compile(r"`([\w/]+\.py)(?::([A-Za-z_][\w.]*))?`")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def page(name: str) -> str:
    return TITLES[name].read_text(encoding="utf-8")


def prose(name: str) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page(name))


def section(name: str, heading: str) -> str:
    """The text under a heading, down to the next one of its level or above."""
    level, _, _ = heading.partition(" ")
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", page(name), re.MULTILINE | re.DOTALL
    )
    assert found, f"{name} has no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, heads and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in table if not all(set(cell) <= {"-", ":"} for cell in row)]


def code_blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


@cache
def names_in(path: Path) -> frozenset[str]:
    """Everything a reference may name: ``function``, ``CONSTANT``, ``Class``, ``Class.member``."""
    return frozenset(_names(ast.parse(path.read_text(encoding="utf-8")).body))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{prefix}{node.name}.")
            yield from _names([test for test in node.body if getattr(test, "name", "").startswith("test_")])
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


@pytest.mark.parametrize("name", TITLES)
def test_code_references_exist(name: str) -> None:
    """Every `path.py` and `path.py:name` in the prose leads to a file and to a name in it."""
    missing = []
    for path, wanted in REFERENCE.findall(prose(name)):
        files = [base / path for base in (PROJECT, PROJECT / "sniperforge") if (base / path).is_file()]
        if not files or (wanted and wanted not in names_in(files[0])):
            missing.append(f"{path}:{wanted}")
    examples = {"bots/one_per_creator.py:", "tests/bots/test_one_per_creator.py:"}
    assert set(missing) - examples == set()


@pytest.mark.parametrize("name", TITLES)
def test_links_resolve(name: str) -> None:
    """A relative link leads to a file, and its anchor to a heading of it."""
    broken = []
    for target in LINK.findall(prose(name)):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        path = (TITLES[name].parent / file).resolve() if file else TITLES[name]
        anchors = [slug(found) for found in HEADING.findall(path.read_text())] if path.is_file() else []
        if not path.exists() or (anchor and anchor not in anchors):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", TITLES)
def test_pages_name_no_machine(name: str) -> None:
    """No path of somebody's machine stands in a document."""
    assert re.findall(r"(?:/tmp|/root|/work|/home)/\S+", page(name)) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """docs/cli.md has a section for it that names each subcommand and option; the README's table lists it."""
    text = section("docs/cli.md", f"## `{command}`")
    module = importlib.import_module(COMMANDS[command].module)
    for name, parsed in subcommands(module.app):
        if name:
            assert re.search(rf"^### `{command} {name}\b", text, re.MULTILINE), f"{command} {name}"
        for parameter in parsed.params:
            for option in [*parameter.opts, *parameter.secondary_opts]:
                assert not option.startswith("-") or option in NAMES or f"`{option}" in text, option
    assert any(row[0] == f"`{command}`" for row in rows(page("README.md")))


def subcommands(app: typer.Typer) -> list[tuple[str, Any]]:
    """``(name, parsed command)``; the name of a single one is empty."""
    parsed: Any = typer.main.get_command(app)
    return list(getattr(parsed, "commands", {"": parsed}).items())


def test_no_command_is_promised_that_does_not_exist() -> None:
    """Sections of docs/cli.md and rows of the README's table are commands of the table."""
    sections = re.findall(r"^## `([\w-]+)`$", page("docs/cli.md"), re.MULTILINE)
    assert sections == list(COMMANDS)
    assert [row[0].strip("`") for row in rows(section("README.md", "## Commands"))][1:] == list(COMMANDS)


def test_exit_codes_are_those_of_the_errors() -> None:
    """The table of docs/cli.md has each code once, with its word."""
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    wanted = {(str(kind.exit_code), f"`{kind.code}`") for kind in classes if hasattr(kind, "exit_code")}
    listed = {(row[0], row[1]) for row in rows(section("docs/cli.md", "## Exit codes"))}
    assert wanted <= listed


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_is_documented(check: str) -> None:
    """docs/risk-checks.md has a section for each check."""
    assert f"### `{check}`\n" in page("docs/risk-checks.md")


def test_every_risk_setting_is_documented() -> None:
    """Each key of the bot's [filters] and [risk] stands in docs/risk-checks.md."""
    tables = {name: LpSniperConfig.model_fields[name].annotation for name in ("filters", "risk")}
    keys = [f"{name}.{key}" for name, table in tables.items() for key in table.model_fields]
    text = page("docs/risk-checks.md") + page("docs/extending.md")
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_the_layers_are_those_of_the_contract() -> None:
    """The picture of docs/architecture.md begins each line with a layer of pyproject.toml, in its order."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    picture = re.search(r"```\n(.*?)```", section("docs/architecture.md", "## Layers"), re.DOTALL)
    assert picture is not None
    drawn = [re.split(r"\s{2,}", line)[0] for line in picture[1].splitlines()]
    assert drawn == layers


def test_transaction_states_are_those_of_the_code() -> None:
    """The table of docs/safety.md is the table of ``domain/lifecycle.py``."""
    head, *body = rows(section("docs/safety.md", "## The life of a transaction"))
    assert head[1:] == [event.value for event in TxEvent]
    drawn = {
        row[0]: {event: cell for event, cell in zip(TxEvent, row[1:], strict=True) if cell} for row in body
    }
    assert drawn == {
        state.value: {e: s.value for e, s in steps.items()} for state, steps in TRANSITIONS.items()
    }


def test_the_networks_methods_and_launches_are_those_of_the_code() -> None:
    """docs/localnet.md lists every method, subscription and archetype, and no other."""
    text = section("docs/localnet.md", "## What it serves")
    listed = set(re.findall(r"`(\w+)`", text))
    assert {
        name for name in listed if name.startswith(("get", "is", "minimum", "request", "send", "simul"))
    } == set(METHODS)
    assert {name for name in listed if name.endswith("Subscribe")} == set(SUBSCRIBE)
    assert f"{len(METHODS)} methods" in text
    drawn = {(row[0].strip("`"), row[1]) for row in rows(section("docs/localnet.md", "## The market"))[1:]}
    assert drawn == {(kind.name, str(kind.per_deck)) for kind in ARCHETYPES}


def test_faults_are_those_of_the_code() -> None:
    """The table of docs/localnet.md has every fault with its bounds and its value in both profiles."""
    head, *body = rows(FENCE.sub("", section("docs/localnet.md", "## Faults")))
    assert [cell.strip("`") for cell in head[2:4]] == list(PROFILES)
    drawn = {row[0].strip("`"): tuple(row[1:4]) for row in body}
    in_profiles = {name: [getattr(plan, name) or "" for plan in PROFILES.values()] for name in BOUNDS}
    assert drawn == {name: (str(BOUNDS[name]), *map(str, in_profiles[name])) for name in BOUNDS}
    chances = {name for name, bounds in BOUNDS.items() if bounds.most is None}
    assert {row[0].strip("`") for row in body if row[5]} == {
        *chances,
        "fee_floor",
        "rate_per_10s",
        "ws_cut_ms",
    }


async def test_the_client_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The solana-py program of docs/localnet.md pays a friend on an embedded network."""
    program = next(block for block in code_blocks("docs/localnet.md", "python") if "AsyncClient" in block)
    async with LocalNetwork(profile=FAST) as network:
        served = program.replace("http://127.0.0.1:8899", network.rpc_url)
        assert served != program
        await asyncio.to_thread(exec, compile(served, "docs/localnet.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out.split()[1] == "999995000"


@pytest.fixture
def example_bot(tmp_path: Path) -> Iterator[ModuleType]:
    """The bot of docs/extending.md, saved and imported."""
    (source,) = code_blocks("docs/extending.md", "python")
    path = tmp_path / "one_per_creator.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("one_per_creator", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["one_per_creator"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["one_per_creator"]


class Context:
    """A :class:`~sniperforge.plugin.BotContext` that finds every second mint bad."""

    def __init__(self, pools: list[NewPool]) -> None:
        self._pools = pools
        self._group = asyncio.TaskGroup()
        self.bought: list[tuple[str, int]] = []

    async def run(self, bot: Any) -> None:
        async with self._group:
            await bot.run(self)

    async def new_pools(self) -> AsyncIterator[NewPool]:
        for pool in self._pools:
            yield pool

    async def judge(self, pool: NewPool) -> Judgement:
        decided = Decided.REFUSED if pool.event.base_mint.startswith("bad") else Decided.ACCEPTED
        verdict = Verdict(pool.event.pool, pool.event.base_mint, (), decided)
        return Judgement(pool, verdict, None, 0.0)

    async def buy(self, judgement: Judgement, lamports: int, *, reason: str) -> Outcome:
        self.bought.append((judgement.verdict.mint, lamports))
        return Outcome(OutcomeKind.FILLED)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._group.create_task(work)


def new_pool(mint: str, creator: str) -> NewPool:
    event = PoolEvent(
        "raydium_cpmm",
        EventKind.POOL_CREATED,
        "",
        f"pool of {mint}",
        mint,
        "",
        "",
        "",
        facts={"creator": creator},
    )
    return NewPool(event, transaction_view("payer", {}), 0.0, 0.0)


async def test_the_example_bot_runs(example_bot: ModuleType) -> None:
    """The bot of docs/extending.md buys one accepted pool of each creator, for what its file says."""
    spec: BotSpec = example_bot.SPEC
    config = spec.config.model_validate({"trade_sol": "0.2"})
    pools = [new_pool("a", "one"), new_pool("b", "one"), new_pool("bad", "two"), new_pool("c", "three")]
    context = Context([*pools, new_pool("d", "")])
    await context.run(spec.make(config))
    assert context.bought == [("a", 200_000_000), ("c", 200_000_000)]
    assert spec.trade(spec.config()) == 50_000_000
    assert isinstance(spec.risk(config), RiskPolicy)
    assert isinstance(spec.exits(config), ExitPolicy)
