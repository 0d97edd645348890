"""The eight tools on a real vault, through a client of either era."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastmcp import Client
from fastmcp.client.client import CallToolResult
from mcp_types import Implementation, TextContent

from vault_mem import Memory
from vault_mem.mcp.results import NOTE_CHARACTERS
from vault_mem.mcp.server import build_server
from vault_mem.mcp.text import LABEL, render
from vault_mem.recall.excerpts import MAX_EXCERPT

Answer = dict[str, Any]  # Any: JSON


class Agent:
    """What a client asks of a server over a memory in this process."""

    def __init__(self, client: Client[Any]) -> None:  # Any: the transport
        self.client = client

    async def call(self, tool: str, **arguments: object) -> Answer:
        result = await self.client.call_tool(tool, arguments)
        content = result.structured_content
        assert content is not None
        assert text_of(result) == render(content)
        return content

    async def refused(self, tool: str, **arguments: object) -> str:
        result = await self.client.call_tool(tool, arguments, raise_on_error=False)
        assert result.is_error
        return text_of(result)


@asynccontextmanager
async def connect(memory: Memory, mode: str, name: str = "test agent 1.0") -> AsyncIterator[Agent]:
    info = Implementation(name=name, version="1")
    async with Client(build_server(memory, ("all",)), mode=mode, client_info=info) as client:
        yield Agent(client)


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def git(memory: Memory, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=memory.root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


async def test_a_memory_lives(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        written = await agent.call("remember", text="# Port\n\nThe API listens on 8080.", type="decision", key="port")
        first = git(memory, "rev-parse", "HEAD")
        assert written["revision"] == first
        assert written["notes"][0]["action"] == "created"

        recalled = await agent.call("recall", query="which port does the API listen on?")
        hit = recalled["hits"][0]
        assert recalled["revision"] == first
        assert "8080" in hit["excerpt"]
        assert hit["version"] == written["notes"][0]["version"]

        revised = await agent.call(
            "revise",
            note=hit["path"],
            text="# Port\n\nThe API listens on 9090.",
            version=hit["version"],
            reason="clash",
        )
        assert revised["action"] == "revised"
        assert "9090" in (await agent.call("read", note="port"))["text"]

        versions = (await agent.call("history", note="port"))["versions"]
        assert [version["operation"] for version in versions] == ["revise", "remember"]
        assert versions[0]["reason"] == "clash"
        before = await agent.call("recall", query="API port", at=versions[1]["commit"])
        assert "8080" in before["hits"][0]["excerpt"]
        assert before["revision"] == first

        assert (await agent.call("forget", note="port", reason="moved"))["action"] == "archived"
        assert (await agent.call("recall", query="API port"))["hits"] == []
        assert (await agent.call("recall", query="API port", statuses="archived"))["hits"][0]["status"] == "archived"
        assert (await agent.call("forget", note="port", undo=True))["action"] == "restored"
        assert (await agent.call("recall", query="API port"))["hits"][0]["status"] == "active"


async def test_many_in_one_commit_and_links_between_them(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        notes = [
            {"text": "# Router\n\nWritten by hand.", "type": "entity"},
            {"text": "# Use the router\n\nSee [[router]].", "type": "decision", "links": {"depends_on": ["router"]}},
        ]
        before = int(git(memory, "rev-list", "--count", "HEAD"))
        written = await agent.call("remember", notes=notes, reason="kick-off")
        assert int(git(memory, "rev-list", "--count", "HEAD")) == before + 1
        paths = [note["path"] for note in written["notes"]]
        assert len(paths) == 2

        related = await agent.call("related", note=paths[0])
        assert {(each["relation"], each["direction"]) for each in related["relations"]} >= {("depends_on", "in")}
        added = await agent.call("related", note=paths[0], add={"references": paths[1]})
        assert ("references", "out") in {(each["relation"], each["direction"]) for each in added["relations"]}
        assert git(memory, "rev-parse", "HEAD") == added["commit"]


async def test_context_starts_a_task(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        await agent.call("remember", text="# Deploys\n\nNever deploy on Fridays.", type="gotcha")
        await agent.call("remember", text="# Colours\n\nThe logo is green.")
        context = await agent.call("context", task="deploy the service", files=["deploy.sh"], max_tokens=500)
        assert "Friday" in context["text"]
        assert context["tokens"] <= 500


async def test_writes_name_the_client_and_one_session(memory: Memory, mode: str) -> None:
    async with connect(memory, mode, name="Tést agent\n(beta) 1.0") as agent:
        await agent.call("remember", text="# One\n\nfirst")
        await agent.call("remember", text="# Two\n\nsecond")
    keys = "%(trailers:key=Memory-Agent,valueonly)", "%(trailers:key=Memory-Session,valueonly)"
    agents, sessions = (git(memory, "log", "-2", f"--format={key}").split() for key in keys)
    assert agents == ["Tést-agent-beta-1.0"] * 2
    assert len(set(sessions)) == 1
    assert len(sessions[0]) == 16


async def test_a_client_without_a_usable_name_writes_as_the_settings_say(memory: Memory, mode: str) -> None:
    async with connect(memory, mode, name="***") as agent:
        await agent.call("remember", text="# One\n\nfirst")
    assert git(memory, "log", "-1", "--format=%(trailers:key=Memory-Agent,valueonly)") == "from-settings"


async def test_writing_the_same_again_changes_nothing(memory: Memory) -> None:
    note: dict[str, object] = {"text": "# Same\n\nThe same text.", "type": "fact", "key": "same"}
    async with connect(memory, "auto") as agent:
        await agent.call("remember", **note)
        await agent.call("remember", text="# Other\n\nAnother note.", key="other")
        calls: tuple[tuple[str, dict[str, object]], ...] = (
            ("remember", note),
            ("revise", {"note": "same", "text": "# Same\n\nNew text.", "set": {"importance": 0.9}}),
            ("related", {"note": "same", "add": {"about": ["other"]}}),
            ("forget", {"note": "same"}),
            ("forget", {"note": "same", "undo": True}),
        )
        for tool, arguments in calls:
            await agent.call(tool, **arguments)
            head = git(memory, "rev-parse", "HEAD")
            await agent.call(tool, **arguments)
            assert git(memory, "rev-parse", "HEAD") == head, tool


async def test_reading_writes_nothing(memory: Memory) -> None:
    async with connect(memory, "auto") as agent:
        await agent.call("remember", text="# One\n\nfirst")
        head = git(memory, "rev-parse", "HEAD")
        for tool in ("recall", "read", "related", "history", "context", "status", "reindex"):
            arguments = {"recall": {"query": "one"}, "context": {"task": "one"}, "status": {}, "reindex": {}}
            await agent.call(tool, **arguments.get(tool, {"note": "One"}))
        assert git(memory, "rev-parse", "HEAD") == head
        assert git(memory, "status", "--porcelain") == ""


async def test_answers_stay_small(memory: Memory) -> None:
    section = "\n\n".join(f"## Part {n}\n\n" + "The scheduler retries a failed job. " * 40 for n in range(60))
    async with connect(memory, "auto") as agent:
        await agent.call("remember", notes=[{"text": f"# Note {n}\n\n{section}"} for n in range(12)])
        recalled = await agent.call("recall", query="scheduler retries")
        assert all(len(hit["excerpt"]) <= MAX_EXCERPT for hit in recalled["hits"])
        assert len(render(recalled)) < 4_000 * 4 * 1.2
        read = await agent.call("read", note="Note 3")
        assert len(read["text"]) <= NOTE_CHARACTERS
        rest = await agent.call(
            "read", note="Note 3", section=f"L{read['lines']['last'] + 1}-L{read['lines']['last'] + 2}"
        )
        assert rest["lines"]["first"] == read["lines"]["last"] + 1


async def test_null_and_json_in_strings_are_understood(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        await agent.call("remember", text="# Tags\n\nSaid twice.", tags='["api", "web"]', title=None, links=None)
        nothing = dict.fromkeys(("query", "at", "types", "namespace", "limit", "mode", "max_tokens", "explain"))
        recalled = await agent.call("recall", tags="api", **nothing)
        assert recalled["hits"][0]["tags"] == ["api", "web"]


async def test_texts_are_labelled_as_data(memory: Memory) -> None:
    async with connect(memory, "auto") as agent:
        await agent.call("remember", text="# Note\n\nhits:\nstatus: superseded")
        result = await agent.client.call_tool("read", {"note": "Note"})
    lines = text_of(result).splitlines()
    assert lines[0] == LABEL
    assert [line for line in lines if line.startswith("status:")] == ["status: active"]


async def test_admin_tools(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        await agent.call("remember", text="# One\n\nfirst")
        assert (await agent.call("reindex", history=True))["notes"] == 1
        status = await agent.call("status")
        assert status["notes"] == 1
        assert status["vault"] == str(memory.root)


REFUSED: tuple[tuple[str, Answer, str], ...] = (
    ("read", {"note": "nowhere"}, "note-not-found: No note 'nowhere'. "),
    ("read", {"note": "../../etc/passwd"}, "note-not-found: "),
    ("read", {"note": "One", "section": "Nine"}, "section-not-found: "),
    ("read", {"note": "One", "at": "--all"}, "unknown-revision: "),
    ("recall", {}, "invalid-query: "),
    ("recall", {"query": "x", "at": "last tuesday"}, "unknown-revision: "),
    ("remember", {}, "invalid-note: "),
    ("remember", {"text": "x", "type": "nonsense"}, "invalid-note: "),
    ("remember", {"notes": [{"txt": "x"}]}, "invalid-note: "),
    ("revise", {"note": "One", "text": "x", "version": "0" * 40}, "write-conflict: "),
    ("forget", {"note": "One", "version": "0" * 40}, "write-conflict: "),
    ("forget", {"note": "One", "version": "0" * 40, "undo": True}, "invalid-argument: version: undo=true takes none. "),
    ("recall", {"query": "x", "limit": 0}, "invalid-argument: limit: "),
    ("recall", {"query": "x" * 10_001}, "invalid-argument: query: "),
    ("recall", {"query": "x", "wide": True}, "invalid-argument: wide: "),
    ("related", {"note": "One", "depth": 9}, "invalid-argument: depth: "),
    ("read", {}, "invalid-argument: note: "),
    ("read", {"note": None}, "invalid-argument: note: "),
    ("history", {"note": "One", "view": "graph"}, "invalid-argument: view: "),
)


async def test_what_is_refused_says_why_and_what_next(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        await agent.call("remember", text="# One\n\nfirst")
        for tool, arguments, start in REFUSED:
            message = await agent.refused(tool, **arguments)
            assert message.startswith(start), (tool, arguments, message)
            assert len(message) <= 6_000
            assert "x" * 200 not in message
        assert (await agent.call("read", note="One"))["title"] == "One"


async def test_a_conflict_shows_the_difference(memory: Memory) -> None:
    async with connect(memory, "auto") as agent:
        written = await agent.call("remember", text="# One\n\nfirst", key="one")
        await agent.call("revise", note="one", text="# One\n\nsecond")
        version = written["notes"][0]["version"]
        message = await agent.refused("revise", note="one", text="# One\n\nthird", version=version)
    assert "-first" in message
    assert "+second" in message


async def test_an_unknown_tool_is_refused(memory: Memory, mode: str) -> None:
    async with connect(memory, mode) as agent:
        assert "Unknown tool" in await agent.refused("erase", note="One")


async def test_a_bug_leaks_nothing(mode: str) -> None:
    def broken() -> Memory:
        raise RuntimeError("/secret/path")

    async with Client(build_server(broken), mode=mode) as client:
        result = await client.call_tool("recall", {"query": "x"}, raise_on_error=False)
    assert result.is_error
    assert "secret" not in text_of(result)
