"""What is known of a sent transaction."""

from __future__ import annotations

from sniperforge.domain.landing import Dead, InDoubt, Landed


def test_landed_is_confirmed_unless_told() -> None:
    """And says nothing of success by itself."""
    assert Landed(5, {"E": 1}) == Landed(5, {"E": 1}, "confirmed")


def test_the_three_fates_match_apart() -> None:
    """A proof of death is not a doubt, whatever its words."""
    kinds = []
    for fate in (Landed(1, None), Dead("x"), InDoubt("x")):
        match fate:
            case Landed(slot=slot):
                kinds.append(f"landed {slot}")
            case Dead(evidence=words):
                kinds.append(f"dead {words}")
            case InDoubt(reason=words):
                kinds.append(f"doubt {words}")
    assert kinds == ["landed 1", "dead x", "doubt x"]
