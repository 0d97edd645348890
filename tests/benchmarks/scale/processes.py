"""Whole processes: the server's start and memory, and a recall on the command line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.benchmarks.real_notes import questions
from tests.benchmarks.scale.rows import Measured
from tests.benchmarks.scale.timing import milliseconds, p50
from tests.benchmarks.scale.vaults import size_in_memory

STARTS = 5
CALLS = 20
RECALLS = 5
BARE = """
from fastmcp import FastMCP
server = FastMCP("bare")
def tool(text: str, limit: int = 5) -> str:
    return text
for number in range(17):
    server.tool(tool, name=f"tool_{number}")
server.run(show_banner=False)
"""


def processes(vault: Path, count: int) -> Iterator[Measured]:
    """Measure what a client waits for, what a warm server holds, and what a person waits for."""
    serving = ["-m", "vault_mem", "serve", "--vault", str(vault)]
    bare, ours = [], []
    for _ in range(STARTS):
        bare.append(asyncio.run(_start(["-c", BARE])))
        ours.append(asyncio.run(_start(serving)))
    beside = f"ours {median(ours):,.0f} ms, bare {median(bare):,.0f} ms"
    yield Measured("MCP cold start, against bare fastmcp", count, median(ours) / median(bare), beside)
    yield Measured("memory of a warm server", count, asyncio.run(_memory(serving)), f"after {CALLS} recalls")
    yield Measured("recall as a process", count, p50([_recall(vault, text) for text in questions(RECALLS)]))


async def _start(arguments: list[str]) -> float:
    start = time.perf_counter()
    async with Client(StdioTransport(sys.executable, arguments, keep_alive=False)) as client:
        await client.list_tools()
        return (time.perf_counter() - start) * 1_000


async def _memory(arguments: list[str]) -> float:
    async with Client(StdioTransport(sys.executable, arguments, keep_alive=False)) as client:
        for text in questions(CALLS):
            await client.call_tool("recall", {"query": text})
        children = Path("/proc/self/task").glob("*/children")
        found = [int(child) for path in children for child in path.read_text(encoding="ascii").split()]
        return max(size_in_memory(child) for child in found)


def _recall(vault: Path, text: str) -> float:
    command = [sys.executable, "-m", "vault_mem", "recall", "--vault", str(vault), "--", text]
    return milliseconds(lambda: subprocess.run(command, check=True, capture_output=True))
