"""What is asked on behalf of an exit."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.urgency import for_exit, is_for_exit


async def test_a_block_is_for_an_exit_with_all_its_tasks() -> None:
    """Tasks from before are not."""

    async def asked() -> bool:
        await asyncio.sleep(0)
        return is_for_exit()

    before = asyncio.create_task(asked())
    with for_exit():
        with for_exit():
            assert is_for_exit()
        assert await asyncio.create_task(asked())
        assert not await before
    assert not is_for_exit()


def test_it_ends_however_the_block_ends() -> None:
    """An error leaves nothing behind."""
    with pytest.raises(ZeroDivisionError), for_exit():
        raise ZeroDivisionError
    assert not is_for_exit()
