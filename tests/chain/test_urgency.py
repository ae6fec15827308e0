"""What is asked on behalf of an exit."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.urgency import is_urgent, urgent


async def test_a_block_is_urgent_with_all_its_tasks() -> None:
    """Tasks from before are not."""

    async def asked() -> bool:
        await asyncio.sleep(0)
        return is_urgent()

    before = asyncio.create_task(asked())
    with urgent():
        with urgent():
            assert is_urgent()
        assert await asyncio.create_task(asked())
        assert not await before
    assert not is_urgent()


def test_it_ends_however_the_block_ends() -> None:
    """An error leaves nothing urgent behind."""
    with pytest.raises(ZeroDivisionError), urgent():
        raise ZeroDivisionError
    assert not is_urgent()
