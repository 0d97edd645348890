from __future__ import annotations

import asyncio
import gc
import threading
import time
from pathlib import Path

import pytest
from fastmcp import Client

from vault_mem import Memory, initialise, open_memory
from vault_mem.config import Settings
from vault_mem.errors import NotAVaultError
from vault_mem.mcp.middleware import OpenAfterListing
from vault_mem.mcp.opening import Opening
from vault_mem.mcp.server import build_server


def test_a_vault_is_opened_once_for_all(tmp_path: Path, settings: Settings) -> None:
    initialise(tmp_path / "vault", settings=settings)
    threads: list[str] = []

    def open_vault() -> Memory:
        threads.append(threading.current_thread().name)
        return open_memory(tmp_path / "vault", settings=settings)

    opening = Opening(open_vault)
    assert threads == []
    opening.start()
    memory = opening.memory()
    assert opening.memory() is memory
    opening.close()
    assert len(threads) == 1
    assert threads[0].startswith("vault-mem-open")


def test_an_opening_that_failed_is_tried_again(tmp_path: Path, settings: Settings) -> None:
    vault = tmp_path / "vault"
    opening = Opening(lambda: open_memory(vault, settings=settings))
    with pytest.raises(NotAVaultError):
        opening.memory()
    initialise(vault, settings=settings)
    assert opening.memory().root == vault
    opening.close()


def test_closing_what_was_never_opened_or_failed_is_nothing(tmp_path: Path, settings: Settings) -> None:
    Opening(lambda: open_memory(tmp_path / "nothing", settings=settings)).close()
    failed = Opening(lambda: open_memory(tmp_path / "nothing", settings=settings))
    with pytest.raises(NotAVaultError):
        failed.memory()
    failed.close()


async def test_listing_the_tools_begins_the_opening(tmp_path: Path, settings: Settings, mode: str) -> None:
    initialise(tmp_path / "vault", settings=settings)
    began = threading.Event()

    def open_vault() -> Memory:
        began.set()
        return open_memory(tmp_path / "vault", settings=settings)

    opening = Opening(open_vault)
    server = build_server(opening.memory)
    server.add_middleware(OpenAfterListing(opening))
    async with Client(server, mode=mode) as client:
        assert not began.is_set()
        await client.list_tools()
        assert await asyncio.to_thread(began.wait, 10)
    opening.close()


async def test_a_vault_that_does_not_open_is_each_tools_error(tmp_path: Path, settings: Settings, mode: str) -> None:
    vault = tmp_path / "vault"
    opening = Opening(lambda: open_memory(vault, settings=settings))
    async with Client(build_server(opening.memory), mode=mode) as client:
        refused = await client.call_tool("recall", {"query": "x"}, raise_on_error=False)
        assert refused.is_error
        assert str(refused.content[0]).find("not-a-vault: ") >= 0
        await asyncio.to_thread(initialise, vault, settings=settings)
        answer = await client.call_tool("recall", {"query": "x"})
        assert answer.structured_content is not None
        assert answer.structured_content["hits"] == []
    opening.close()


def test_an_open_vault_is_warmed_up_in_the_same_thread(tmp_path: Path, settings: Settings) -> None:
    initialise(tmp_path / "vault", settings=settings)
    (tmp_path / "vault" / "tea.md").write_text("Tea is hot.\n")
    stages: list[tuple[str, str]] = []
    is_warm = threading.Event()

    def told(stage: str, done: int, total: int) -> None:
        stages.append((stage, threading.current_thread().name.rpartition("_")[0]))
        if stage == "embedding":
            is_warm.set()

    opening = Opening(lambda: open_memory(tmp_path / "vault", settings=settings, progress=told))
    opening.start()
    assert is_warm.wait(30)
    opening.close()
    assert set(stages) == {(stage, "vault-mem-open") for stage in ("reading", "indexing", "embedding")}


def test_what_is_loaded_is_set_aside_until_the_vault_is_closed(tmp_path: Path, settings: Settings) -> None:
    initialise(tmp_path / "vault", settings=settings)
    gc.unfreeze()
    opening = Opening(lambda: open_memory(tmp_path / "vault", settings=settings))
    opening.memory()
    deadline = time.monotonic() + 30
    while not gc.get_freeze_count() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gc.get_freeze_count()
    opening.close()
    assert gc.get_freeze_count() == 0
