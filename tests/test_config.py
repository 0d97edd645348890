"""Settings of a user: where they come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_mem import choices
from vault_mem.choices import EmbedderChoice, EndpointChoice, RerankerChoice
from vault_mem.config import Settings, load_settings, read_key
from vault_mem.errors import InvalidConfigError

ENDPOINT = 'kind = "endpoint"\nurl = "https://api.example.org/v1"\n'


def settings(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load_settings({"VAULT_MEM_CONFIG": str(folder), **environment})


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InvalidConfigError) as caught:
        settings(folder, text)
    assert caught.value.hint
    return caught.value.message


def test_nothing_is_needed(tmp_path: Path) -> None:
    chosen = load_settings({"VAULT_MEM_CONFIG": str(tmp_path)})
    assert chosen.embedder == EmbedderChoice("bundled")
    assert chosen.reranker == RerankerChoice("none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('embedder = "bundled"', EmbedderChoice("bundled")),
        ('embedder = "none"', EmbedderChoice("none")),
        ('embedder = "/models/own"', EmbedderChoice("folder", model="/models/own")),
        ('[embedder]\nkind = "bundled"', EmbedderChoice("bundled")),
        ('[embedder]\nkind = "model2vec"\nmodel = "~/own"', EmbedderChoice("model2vec", model="~/own")),
        (
            '[embedder]\nkind = "sentence-transformers"\nmodel = "package:some_model"\nquery_prefix = "query: "',
            EmbedderChoice("sentence-transformers", model="package:some_model", query_prefix="query: "),
        ),
        (
            f'[embedder]\n{ENDPOINT}dimensions = 8\nmodel = "m"\nkey_env = "K"\nbatch = 3\nquery_timeout = 1',
            EmbedderChoice(
                "endpoint",
                endpoint=EndpointChoice("https://api.example.org/v1", model="m", key_env="K"),
                dimensions=8,
                batch=3,
                query_timeout=1.0,
            ),
        ),
    ],
)
def test_an_embedder_is_a_text_or_a_table(tmp_path: Path, text: str, expected: EmbedderChoice) -> None:
    assert settings(tmp_path, text).embedder == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('reranker = "none"', RerankerChoice()),
        ('reranker = "/models/cross"', RerankerChoice("cross-encoder", model="/models/cross", batch=32)),
        (
            f'[reranker]\n{ENDPOINT}format = "tei"\nweight = 1\ndepth = 20\ntimeout = 2.5',
            RerankerChoice(
                "endpoint",
                endpoint=EndpointChoice("https://api.example.org/v1", timeout=2.5),
                format="tei",
                weight=1.0,
                depth=20,
                batch=32,
            ),
        ),
    ],
)
def test_a_reranker_is_a_text_or_a_table(tmp_path: Path, text: str, expected: RerankerChoice) -> None:
    assert settings(tmp_path, text).reranker == expected


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    text = f'vault = "/file"\nagent = "file"\n[embedder]\n{ENDPOINT}dimensions = 8\n[reranker]\n{ENDPOINT}'
    chosen = settings(
        tmp_path,
        text,
        VAULT_MEM_EMBEDDER="none",
        VAULT_MEM_RERANKER="none",
        VAULT_MEM_AGENT="env",
        VAULT_MEM_VAULT="/env",
    )
    assert chosen.embedder == EmbedderChoice("none")
    assert chosen.reranker == RerankerChoice()
    assert (chosen.agent, chosen.vault, chosen.default_vault) == ("env", Path("/env"), Path("/file"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nonsense = 1",
            "(known: vault, agent, session, lexical, embedder, reranker, recall_log, maintenance)",
        ),
        ("agent = 1", "agent must be text in quotes"),
        ("recall_log = 0", "recall_log must be true or false"),
        ('recall_log = "no"', "recall_log must be true or false"),
        ("embedder = 7", "embedder must be text in quotes or a table"),
        ("reranker = [1]", "reranker must be text in quotes or a table"),
        ("[embedder]", "kind in [embedder] is missing"),
        ('[embedder]\nkind = "openai"', "one of: bundled, none, model2vec, sentence-transformers, endpoint"),
        ('[reranker]\nkind = "x"', "one of: none, cross-encoder, endpoint"),
        ('[embedder]\nkind = "none"\nurl = "https://x"', "known for none: no others"),
        (
            '[embedder]\nkind = "model2vec"\nmodell = "x"',
            "unknown key 'modell' in [embedder] (known for model2vec: model)",
        ),
        ('[embedder]\nkind = "model2vec"', "model in [embedder] is missing"),
        (f"[embedder]\n{ENDPOINT}", "dimensions in [embedder] is missing"),
        (f"[embedder]\n{ENDPOINT}dimensions = 0", "whole number from 1 to 16384"),
        (f"[embedder]\n{ENDPOINT}dimensions = true", "whole number"),
        (f"[embedder]\n{ENDPOINT}dimensions = 8\nbatch = 1.5", "whole number"),
        (f"[embedder]\n{ENDPOINT}dimensions = 8\ntimeout = nan", "number from 0.05 to 600"),
        (f"[embedder]\n{ENDPOINT}dimensions = 8\nquery_timeout = 3600", "number from 0.05 to 60"),
        (f'[embedder]\n{ENDPOINT}dimensions = 8\nsend_dimensions = "yes"', "true or false"),
        (f"[reranker]\n{ENDPOINT}weight = 1.1", "number from 0 to 1"),
        (f"[reranker]\n{ENDPOINT}depth = 0", "whole number from 1 to 200"),
        (f'[reranker]\n{ENDPOINT}format = "xml"', "one of: cohere, tei"),
        (f'[reranker]\n{ENDPOINT}key_env = "A"\nkey_file = "/k"', "beside key_env"),
        (f'[reranker]\n{ENDPOINT}key_file = "k"', "absolute"),
        (f'[reranker]\n{ENDPOINT}command = "rm"', "unknown key 'command'"),
        (f'[reranker]\n{ENDPOINT}key = "sk"', "unknown key 'key'"),
    ],
)
def test_what_is_refused_says_what_is_known(tmp_path: Path, text: str, said: str) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert "config.toml" in message


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        ("", {}, True),
        ("recall_log = false", {}, False),
        ("", {"VAULT_MEM_RECALL_LOG": "0"}, False),
        ("", {"VAULT_MEM_RECALL_LOG": "Off"}, False),
        ("recall_log = false", {"VAULT_MEM_RECALL_LOG": "1"}, True),
        ("recall_log = false", {"VAULT_MEM_RECALL_LOG": ""}, False),
    ],
)
def test_recalls_are_recorded_unless_the_user_says_no(
    tmp_path: Path, text: str, environment: dict[str, str], expected: bool
) -> None:
    assert settings(tmp_path, text, **environment).recall_log is expected


def test_a_switch_that_says_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match=r"VAULT_MEM_RECALL_LOG: 'never' is neither 1 nor 0"):
        settings(tmp_path, "", VAULT_MEM_RECALL_LOG="never")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "file:///etc/passwd",
        "host/v1",
        "https://",
        "https://host:port/",
        "https://[::1/",
        "https://ho st/",
        "https://hòst/",
        "http://host/v1",
        "http://localhost.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://127.1/v1",
        "http://127.0.0.256/v1",
        "http://0x7f000001/v1",
        "http://[::ffff:10.0.0.1]/v1",
        "https://user:sk-1234@host/v1",
        "https://host/v1?key=sk-1234",
        "https://host/v1#sk-1234",
    ],
)
def test_an_address_that_is_refused_is_not_repeated(tmp_path: Path, url: str) -> None:
    message = refusal(tmp_path, f'[reranker]\nkind = "endpoint"\nurl = "{url}"')
    assert "url in [reranker]" in message
    assert "sk-1234" not in message


@pytest.mark.parametrize("url", ["http://localhost:11434/v1", "http://127.0.0.2/v1/", "http://[::1]:8080", "https://h"])
def test_this_machine_needs_no_https(tmp_path: Path, url: str) -> None:
    choice = settings(tmp_path, f'[reranker]\nkind = "endpoint"\nurl = "{url}"').reranker
    assert choice.endpoint is not None
    assert choice.endpoint.url == url.rstrip("/")


def test_another_machine_without_https_only_on_request(tmp_path: Path) -> None:
    text = '[reranker]\nkind = "endpoint"\nurl = "http://gpu.lan:8000/v1"\nallow_http = true'
    assert settings(tmp_path, text).reranker.endpoint == EndpointChoice("http://gpu.lan:8000/v1", timeout=5.0)


def test_a_key_in_the_place_of_its_name_is_not_repeated(tmp_path: Path) -> None:
    message = refusal(tmp_path, f'[reranker]\n{ENDPOINT}key_env = "sk-1234"')
    assert "key_env" in message
    assert "sk-1234" not in message


def test_a_key_is_in_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", " sk-1234 ")
    chosen = settings(tmp_path, f'[reranker]\n{ENDPOINT}key_env = "TEST_KEY"')
    assert chosen.reranker.endpoint is not None
    assert read_key(chosen.reranker.endpoint) == "sk-1234"
    assert "sk-1234" not in repr(chosen)


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="cannot be read"):
        read_key(EndpointChoice("https://host", key_file=tmp_path / "none"))


def test_the_example_in_the_documentation_is_right(tmp_path: Path) -> None:
    lines = [line.removeprefix("    ") for line in str(choices.__doc__).splitlines() if line.startswith("    ")]
    assert settings(tmp_path, lines[0]).embedder == EmbedderChoice("folder", model="~/models/own")
    chosen = settings(tmp_path, "\n".join(lines[1:]))
    assert chosen.embedder.endpoint is not None
    assert chosen.embedder.endpoint.key_env == "EMBEDDINGS_KEY"
    assert chosen.reranker.endpoint is not None
