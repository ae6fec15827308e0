"""How benchmarks end: one JSON document with the machine's facts, and each figure beside its limit."""

from __future__ import annotations

import json
import math
import os
import platform
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def machine() -> dict[str, Any]:
    """What the figures depend on; ``load`` is the machine's over the last minute, ours included."""
    return {
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2),
    }


def quantiles(samples: Sequence[float], unit: float = 1.0, digits: int = 3) -> dict[str, float]:
    """Median and tail of ``samples``, in parts of ``unit``."""
    ordered = sorted(sample / unit for sample in samples)

    def at(share: float) -> float:
        return round(ordered[math.ceil(len(ordered) * share) - 1], digits)  # nearest rank

    return {"p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": round(ordered[-1], digits)}


def at_most(figure: float, limit: float) -> dict[str, Any]:
    """A figure that should not be above ``limit``."""
    return {"figure": figure, "at_most": limit, "held": figure <= limit}


def at_least(figure: float, limit: float) -> dict[str, Any]:
    """A figure that should not be below ``limit``."""
    return {"figure": figure, "at_least": limit, "held": figure >= limit}


def report(benchmark: str, figures: dict[str, Any], budgets: dict[str, dict[str, Any]]) -> None:
    """Print the document."""
    over = [name for name, budget in budgets.items() if not budget["held"]]
    document = {"benchmark": benchmark, "machine": machine(), **figures, "budgets": budgets, "missed": over}
    print(json.dumps(document, indent=2))
