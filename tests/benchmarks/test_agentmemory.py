"""The harness of the coding sets: its metrics by hand, and a small set through a real vault."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.benchmarks import agentmemory
from tests.benchmarks.agentmemory import Answered, ndcg, observation_figures, reciprocal_rank, session_figures


def item(number: int, session: str, title: str, narrative: str) -> dict[str, object]:
    return {
        "id": f"obs_{number}",
        "sessionId": session,
        "type": "file_edit",
        "title": title,
        "subtitle": "Setup",
        "facts": [f"{title} is done"],
        "narrative": narrative,
        "concepts": [title.split(maxsplit=1)[0].lower()],
        "files": ["src/app.ts"],
        "importance": 6,
    }


ITEMS = [
    item(1, "ses_1", "Docker image", "A container is built in two stages."),
    item(2, "ses_2", "Docker image", "A container is built in two stages."),
    item(3, "ses_1", "Login page", "People sign in with their passport."),
]
QUESTIONS = [{"query": "container stages", "relevantObsIds": ["obs_1", "obs_2"]}]
SESSIONS = [
    {"id": "sess-1", "content": "[user] fix the ferry\n[assistant] done in harbour.py"},
    {"id": "sess-2", "content": "[user] plant walnuts\n[assistant] three trees"},
]
SESSION_QUESTIONS = [{"question": "Who planted walnut trees?", "goldSessionIds": ["sess-2"]}]


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_metrics_by_hand() -> None:
    answer = Answered(("x", "a", "y", "b", "z", "c"), frozenset("abcd"), 1.0)
    gain = 1 / math.log2(3) + 1 / math.log2(5) + 1 / math.log2(7)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    assert ndcg(answer, 10) == pytest.approx(gain / best)
    assert reciprocal_rank(answer) == 0.5
    nothing = Answered((), frozenset("a"), 1.0)
    assert observation_figures([answer, nothing]) == {
        "r5": 25.0,
        "r10": 37.5,
        "p5": 20.0,
        "mrr": 25.0,
        "n": 2,
        "ndcg10": pytest.approx(50 * gain / best, abs=0.01),
    }
    assert session_figures([answer, nothing]) == {"hit1": 0.0, "hit5": 50.0, "n": 2}


def test_a_small_set_through_a_real_vault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, agentmemory.ITEMS, ITEMS)
    write(tmp_path, agentmemory.QUESTIONS, QUESTIONS)
    write(tmp_path, agentmemory.SESSIONS, SESSIONS)
    write(tmp_path, agentmemory.SESSION_QUESTIONS, SESSION_QUESTIONS)
    agentmemory.main(["--data", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["agentmemory240"] == {"r5": 100, "r10": 100, "p5": 40, "ndcg10": 100, "mrr": 100, "n": 1}
    assert found["codinglife"] == {"hit1": 100, "hit5": 100, "n": 1}
    assert found["latency_ms"]["p95"] >= found["latency_ms"]["p50"] > 0
    agentmemory.main(["--data", str(tmp_path), "--mode", "lexical"])
    assert "codinglife      hit1 100  hit5 100  n 1\n" in capsys.readouterr().out


def test_without_data_says_where_to_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VAULT_MEM_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        agentmemory.main([])
    assert stopped.value.code == 2
    assert "VAULT_MEM_DATA" in capsys.readouterr().err
