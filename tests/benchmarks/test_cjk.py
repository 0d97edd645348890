"""The CJK harness: it counts right notes, names what came first instead, and mixes English in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import cjk

CORPUS = {
    "notes": {
        "zh": "部署脚本在生产环境失败。",
        "ja": "認証トークンの期限は一時間です。",
        "en": "The ferry leaves at seven.",
    },
    "queries": [
        {"q": "部署脚本", "gold": "zh"},
        {"q": "トークン", "gold": "ja"},
        {"q": "ferry", "gold": "en"},
        {"q": "ferries leaving", "gold": "zh"},
    ],
}
TURN = {
    "id": "D1:1",
    "g": "talk",
    "s": 1,
    "date": "1:56 pm on 8 May, 2023",
    "spk": "Ada",
    "text": "My telescope arrived.",
}


def test_counts_right_notes_alone_and_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, items = tmp_path / "corpus.json", tmp_path / "items.jsonl"
    corpus.write_text(json.dumps(CORPUS), encoding="utf-8")
    items.write_text(json.dumps(TURN), encoding="utf-8")
    cjk.main(["--corpus", str(corpus), "--items", str(items), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["n"] == 4
    for vault in ("alone", "mixed"):
        assert answer[vault]["lexical"] == {"first": 3, "wrong": {"ferries leaving": "en"}}
        assert answer[vault]["hybrid"]["first"] == 3
    cjk.main(["--corpus", str(corpus), "--items", str(items)])
    assert "mixed, lexical  3 of 4 right note first\n    ferries leaving: en\n" in capsys.readouterr().out


def test_without_data_says_where_to_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VAULT_MEM_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        cjk.main([])
    assert stopped.value.code == 2
    assert "VAULT_MEM_DATA" in capsys.readouterr().err
