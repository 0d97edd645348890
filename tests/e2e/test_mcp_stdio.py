"""A server process and a client over its pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from vault_mem import initialise
from vault_mem.config import load_settings, process_environment

pytestmark = pytest.mark.server

SERVE = "import sys; from pathlib import Path; from vault_mem.mcp.server import serve; serve(Path(sys.argv[1]))"
NOISY = """
import os, subprocess, sys
from pathlib import Path
import vault_mem
from vault_mem.mcp.server import serve
quiet = vault_mem.open_memory

def noisy(path, **options):
    print("stray")
    os.write(1, b"stray\\n")
    subprocess.run([sys.executable, "-c", "print('stray')"], check=True)
    return quiet(path, **options)

vault_mem.open_memory = noisy
serve(Path(sys.argv[1]))
"""
Answer = dict[str, Any]  # Any: JSON


def make_vault(folder: Path) -> Path:
    initialise(folder, settings=load_settings())
    return folder


def child_environment() -> dict[str, str]:
    """The test's own environment, HOME and VAULT_MEM_* included, with the package importable from anywhere."""
    return process_environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


async def call(client: Client[Any], tool: str, **arguments: object) -> Answer:
    content = (await client.call_tool(tool, arguments)).structured_content
    assert content is not None
    return content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_works_with_a_vault(tmp_path: Path, mode: str) -> None:
    vault = make_vault(tmp_path / "vault")
    transport = StdioTransport(
        sys.executable, ["-c", SERVE, str(vault)], env=child_environment(), cwd=str(tmp_path), keep_alive=False
    )
    async with Client(transport, mode=mode) as client:
        assert len(await client.list_tools()) == 8
        written = await call(client, "remember", text="# Port\n\nThe API listens on 8080.", key="port")
        old = written["revision"]
        hit = (await call(client, "recall", query="API port"))["hits"][0]
        await call(client, "revise", note="port", text="# Port\n\nThe API listens on 9090.", version=hit["version"])
        assert "9090" in (await call(client, "recall", query="API port"))["hits"][0]["excerpt"]
        versions = (await call(client, "history", note="port"))["versions"]
        assert [each["operation"] for each in versions] == ["revise", "remember"]
        past = await call(client, "recall", query="API port", at=old)
        assert past["revision"] == old
        assert "8080" in past["hits"][0]["excerpt"]
        await call(client, "forget", note="port")
        assert (await call(client, "recall", query="API port"))["hits"] == []
        await call(client, "forget", note="port", undo=True)
        assert "9090" in (await call(client, "recall", query="API port"))["hits"][0]["excerpt"]
    log = subprocess.run(["git", "log", "--format=%s"], cwd=vault, capture_output=True, text=True, check=True)
    assert [line.split(":")[0] for line in log.stdout.splitlines()[:4]] == ["restore", "forget", "revise", "remember"]


def message(method: str, number: int | None = None, **params: object) -> str:
    identified = {} if number is None else {"id": number}
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | identified) + "\n"


def converse(code: str, vault: Path, cwd: Path, environment: Mapping[str, str]) -> tuple[dict[int, Answer], str]:
    """Say hello, list the tools, recall, and hang up; return the answers by number and stderr."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(vault)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=dict(environment),
        text=True,
    )
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        answers: dict[int, Answer] = {}
        requests = message("initialize", 1, **hello), message("tools/list", 2)
        for request in (*requests, message("tools/call", 3, name="recall", arguments={"query": "port"})):
            server.stdin.write(request)
            if '"id": 1}' in request:
                server.stdin.write(message("notifications/initialized"))
            server.stdin.flush()
            line = server.stdout.readline()
            answer = json.loads(line)
            answers[answer["id"]] = answer["result"] | {"characters": len(line)}
        server.stdin.close()
        assert server.stdout.read() == ""
        said = server.stderr.read()
    assert server.returncode == 0
    return answers, said


def test_nothing_but_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    """Whatever prints, in this process or a child, and whatever a project's `.env` says."""
    (tmp_path / ".env").write_text("FASTMCP_LOG_LEVEL=DEBUG\nFASTMCP_MASK_ERROR_DETAILS=nonsense\n", encoding="utf-8")
    answers, said = converse(NOISY, make_vault(tmp_path / "vault"), tmp_path, child_environment())
    assert answers[1]["serverInfo"]["name"] == "vault-mem"
    assert len(answers[2]["tools"]) == 8
    assert answers[2]["characters"] / 4 <= 3_000
    assert answers[3]["structuredContent"]["hits"] == []
    assert said.count("stray") == 3
    assert "DEBUG" not in said


def test_a_vault_that_does_not_open_is_an_answer(tmp_path: Path) -> None:
    answers, said = converse(SERVE, tmp_path / "nowhere", tmp_path, child_environment())
    assert len(answers[2]["tools"]) == 8
    assert answers[3]["isError"] is True
    assert answers[3]["content"][0]["text"].startswith("not-a-vault: ")
    assert "Traceback" not in said
