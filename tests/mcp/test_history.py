"""The toolset `history` on a real vault, through a client of either era."""

from __future__ import annotations

from tests.mcp.test_core import connect
from tests.vaults import write
from vault_mem import Memory


async def test_an_agent_sees_what_a_summary_kept(memory: Memory, mode: str) -> None:
    write(memory.root, "end.md", "apples pears\n")
    write(memory.root, "top.md", '---\nderived_from: "[[end]]"\n---\napples\n')
    async with connect(memory, mode) as agent:
        answer = await agent.call("derivation", note="top")
        assert answer["coverage"] == 0.5
        assert [(origin["path"], origin["relation"]) for origin in answer["origins"]] == [("end.md", "derived_from")]
        assert "is_repeated" not in answer["origins"][0]
        assert (await agent.call("derivation", note="end"))["origins"] == []
        assert "note-not-found" in await agent.refused("derivation", note="nothing at all")


async def test_an_agent_names_a_state_and_recalls_at_it(memory: Memory, mode: str) -> None:
    memory.remember("# Port\n\nThe port is 80.")
    async with connect(memory, mode) as agent:
        assert (await agent.call("checkpoint"))["checkpoints"] == []
        made = await agent.call("checkpoint", name="before", reason="Ports will move")
        assert made["checkpoints"][0]["agent"] == "test-agent-1.0"
        await agent.call("forget", note="Port")
        assert (await agent.call("read", note="Port", at="before"))["status"] == "active"
        assert "invalid-note" in await agent.refused("checkpoint", name="before")


async def test_an_agent_finds_what_broke_a_belief(memory: Memory, mode: str) -> None:
    first = memory.remember("# Port\n\nThe server listens on port 80.").commit
    memory.remember("# Garden\n\nPears.")
    memory.revise("Port", "The server listens on port 8080.", reason="Root is gone.", agent="ops", session="s9")
    async with connect(memory, mode) as agent:
        found = await agent.call("bisect", query="which port does the server listen on?", good=first)
        assert (found["act"]["agent"], found["act"]["reason"]) == ("ops", "Root is gone.")
        assert "port 80." in found["before"]["excerpt"]
        assert "+The server listens on port 8080." in found["changed"][0]["difference"]["patch"]
        said = {"query": "which port does the server listen on?", "good": first, "bad": "", "expect": "", "note": ""}
        assert await agent.call("bisect", **said) == found
        assert "unknown-revision" in await agent.refused("bisect", query="port?", good="never")


async def test_an_agent_sees_what_it_would_take_back_before_it_does(memory: Memory, mode: str) -> None:
    memory.checkpoint("before")
    made = memory.remember("# Port\n\nThe port is 80.").commit
    async with connect(memory, mode) as agent:
        shown = await agent.call("revert", target=made)
        assert (shown["notes"][0]["action"], "commit" in shown, shown["is_dry"]) == ("deleted", False, True)
        done = await agent.call("revert", target=made, yes=True, reason="Wrong port")
        assert memory.log(limit=1).acts[0].agent == "test-agent-1.0"
        assert memory.log(limit=1).acts[0].commit == done["commit"]
        assert (await agent.call("rollback", name="before", yes=True))["notes"] == []
        memory.remember("# Garden\n\nPears.")
        memory.remember("# Salad\n\nSee [[Garden]].")
        refused = await agent.refused("revert", target=memory.log(limit=2).acts[1].commit, yes=True)
        assert "undo-refused" in refused
        assert "notes/salad.md" in refused
        assert len((await agent.call("rollback", name="before", yes=True))["notes"]) == 2


async def test_an_agents_recalls_are_asked_again(memory: Memory, mode: str) -> None:
    memory.remember("# Port\n\nThe port is 80.")
    async with connect(memory, mode) as agent:
        assert (await agent.call("replay"))["total"] == 0
        await agent.call("recall", query="port")
        await agent.call("revise", note="Port", text="It is 8080 now.")
        (session,) = (await agent.call("replay"))["sessions"]
        assert (session["agent"], session["recalls"]) == ("test-agent-1.0", 1)
        acts = memory.log(operations=["revise"]).acts
        assert [act.session for act in acts] == [session["session"]]
        answer = await agent.call("replay", session=session["session"])
        (recall,) = answer["recalls"]
        assert (recall["is_same"], recall["question"]["query"], answer["same"]) == (True, "port", 1)
        assert [note["path"] for note in recall["before"]] == ["notes/port.md"]
        assert "now" not in recall
        write(memory.root, "draft.md", "# Draft\n\nThe zebra crosses.\n")
        await agent.call("recall", query="zebra")
        last = (await agent.call("replay", session=session["session"], offset=1))["recalls"][0]
        assert (last["is_same"], [cause["code"] for cause in last["causes"]]) == (False, ["dirty"])


async def test_an_agent_sees_how_an_answer_and_a_note_changed(memory: Memory, mode: str) -> None:
    first = memory.remember("# Port\n\nThe server listens on port 80.", key="port").commit
    memory.remember("# Garden\n\nPears.")
    memory.revise("Port", "The server listens on port 8080.", reason="Root is gone.", agent="ops", session="s9")
    memory.forget("Port")
    async with connect(memory, mode) as agent:
        told = await agent.call("timeline", query="which port does the server listen on?")
        assert [turn.get("act", {}).get("operation") for turn in told["turns"]] == [
            None,
            "remember",
            "revise",
            "forget",
        ]
        assert (told["turns"][2]["act"]["agent"], told["turns"][2]["act"]["reason"]) == ("ops", "Root is gone.")
        assert "port 8080." in told["turns"][2]["belief"]["excerpt"]
        assert "belief" not in told["turns"][3]
        assert told["turns"][0] == {"known": "nothing sure"}
        newest = await agent.call("timeline", query="which port does the server listen on?", limit=1)
        assert len(newest["turns"]) == 1
        note = await agent.call("timeline", note="port", since=first)
        assert note["turns"][0]["edits"] == "-The server listens on port 80.\n+The server listens on port 8080."
        assert note["turns"][1]["difference"]["properties"] == ["status"]
        assert "patch" not in note["turns"][0]["difference"]
        assert "invalid-query" in await agent.refused("timeline", query="port?", note="port")
        assert "invalid-query" in await agent.refused("timeline")
