"""Writes the tables of methods and subscriptions in docs/localnet.md; ``--check`` fails when they drifted.

The tables are those of the running dispatcher: a method that is not in them is not served.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sniperforge.localnet.pubsub.subscription import SUBSCRIBE
from sniperforge.localnet.rpc.dispatcher import METHODS

TARGET = Path("docs/localnet.md")
BEGIN = "<!-- methods: made by scripts/localnet_methods.py -->\n"
END = "<!-- end of methods -->\n"


def tables() -> str:
    """Both tables as Markdown."""
    lines = [f"JSON-RPC, {len(METHODS)} methods:", "", "| method | parameters | |", "|---|---|---|"]
    for name, method in sorted(METHODS.items()):
        count = str(method.required)
        if method.allowed != method.required:
            count += f"-{method.allowed}"
        lines.append(f"| `{name}` | {count} | {method.says} |")
    lines += ["", f"PubSub, {len(SUBSCRIBE)} subscriptions, each with its `...Unsubscribe`:", ""]
    lines += ["| subscription | |", "|---|---|"]
    lines += [f"| `{name}` | {says} |" for name, says in sorted(SUBSCRIBE.items())]
    return "\n".join(lines) + "\n"


def replaced(page: str) -> str:
    """The page with fresh tables between its marks.

    Raises:
        ValueError: it has no marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{TARGET} has lost its marks {BEGIN.strip()!r} and {END.strip()!r}")
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the tables, or compare with ``--check``."""
    page = TARGET.read_text(encoding="utf-8")
    fresh = replaced(page)
    if "--check" not in arguments:
        TARGET.write_text(fresh, encoding="utf-8")
        return 0
    if page == fresh:
        return 0
    print(f"{TARGET} has drifted from the dispatcher: run `make docs` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
