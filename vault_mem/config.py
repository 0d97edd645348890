"""Settings, read once; the only module that touches `os.environ`.

Precedence: option, environment (`VAULT_MEM_*`), the user's `config.toml`, default. What a vault itself may set (folder
names, defaults by type) is read by `vault_mem.vault.layout` and can name no path, command, URL or model.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from vault_mem.choices import (
    DEFAULT_EMBEDDER,
    DEFAULT_RERANKER,
    EmbedderChoice,
    EndpointChoice,
    RerankerChoice,
    embedder_choice,
    reranker_choice,
)
from vault_mem.errors import InvalidConfigError

APP = "vault-mem"
# What git sets for hooks and aliases: it would point every command of ours at another repository.
# Source: `git rev-parse --local-env-vars`.
_GIT_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_OBJECT_DIRECTORY GIT_DIR "
    "GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_GRAFT_FILE GIT_INDEX_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE "
    "GIT_PREFIX GIT_SHALLOW_FILE GIT_COMMON_DIR GIT_NAMESPACE GIT_QUARANTINE_PATH GIT_EXTERNAL_DIFF"
)
_TEXT_KEYS = ("vault", "agent", "session", "lexical")
_CHOICE_KEYS = ("embedder", "reranker")
_FLAG_KEYS = ("recall_log", "maintenance")
_FLAGS = {"0": False, "false": False, "no": False, "off": False, "1": True, "true": True, "yes": True, "on": True}
_KEYS = (*_TEXT_KEYS, *_CHOICE_KEYS, *_FLAG_KEYS)
_MAX_KEY = 4_096


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose.

    Attributes:
        cache_dir: derived data, deletable at any time.
        state_dir: recorded recalls and unfinished writes; losing it loses no note.
        config_dir: where `config.toml` is.
        vault: the vault named in the environment (`VAULT_MEM_VAULT`); goes before the one the current folder is in.
        default_vault: the vault named in `config.toml`; used where no other is found.
        agent: who writes, when the caller does not say; a commit trailer.
        session: the writer's session, when the caller does not say; a commit trailer.
        embedder: what turns texts into vectors.
        reranker: what looks at the best passages again.
        lexical: the lexical engine: `whoosh`, `tantivy`, or `auto` for the latter where it is installed.
        recall_log: whether recalls of a session are recorded in the state folder, for `replay`.
        maintenance: whether a vault's many small commits are packed in the background.
    """

    cache_dir: Path
    state_dir: Path
    config_dir: Path
    vault: Path | None = None
    default_vault: Path | None = None
    agent: str | None = None
    session: str | None = None
    embedder: EmbedderChoice = DEFAULT_EMBEDDER
    reranker: RerankerChoice = DEFAULT_RERANKER
    lexical: str = "auto"
    recall_log: bool = True
    maintenance: bool = True

    def repository_cache(self, repository: str) -> Path:
        """Return the folder of what is derived from one repository (named by the hash of its git directory)."""
        return self.cache_dir / repository

    def repository_state(self, repository: str) -> Path:
        """Return the folder of what cannot be derived again for one repository."""
        return self.state_dir / repository


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the user's `config.toml` into settings.

    Args:
        environ: variables to read instead of the process's own.

    Raises:
        InvalidConfigError: if `config.toml` is not TOML, or a key has the wrong shape or is not known, or a variable
            cannot be read.
    """
    env = os.environ if environ is None else environ
    config_dir = _folder(env, "VAULT_MEM_CONFIG", platformdirs.user_config_path(APP))
    file = config_dir / "config.toml"
    written = _read_file(file)
    set_here = {key: env[_variable(key)] for key in _KEYS if env.get(_variable(key))}
    chosen = {key: str(value) for key, value in (written | set_here).items() if key in _TEXT_KEYS}
    choices = {key: (value, str(file)) for key, value in written.items() if key in _CHOICE_KEYS}
    choices |= {key: (value, _variable(key)) for key, value in set_here.items() if key in _CHOICE_KEYS}
    return Settings(
        cache_dir=_folder(env, "VAULT_MEM_CACHE", platformdirs.user_cache_path(APP)),
        state_dir=_folder(env, "VAULT_MEM_STATE", platformdirs.user_state_path(APP)),
        config_dir=config_dir,
        vault=expanded(set_here["vault"]) if "vault" in set_here else None,
        default_vault=expanded(str(written["vault"])) if written.get("vault") else None,
        agent=chosen.get("agent"),
        session=chosen.get("session"),
        embedder=embedder_choice(*choices["embedder"]) if "embedder" in choices else DEFAULT_EMBEDDER,
        reranker=reranker_choice(*choices["reranker"]) if "reranker" in choices else DEFAULT_RERANKER,
        lexical=chosen.get("lexical", "auto"),
        recall_log=_flag("recall_log", written, set_here, default=True),
        maintenance=_flag("maintenance", written, set_here, default=True),
    )


def read_key(endpoint: EndpointChoice) -> str | None:
    """Return the key of a service, None if it needs none; it is read anew each time, and kept in no setting.

    Raises:
        InvalidConfigError: if the variable or file that is named holds no key; what it holds is not shown.
    """
    if endpoint.key_file is not None:
        where = str(endpoint.key_file)
        try:
            with endpoint.key_file.open("rb") as file:
                lines = file.read(_MAX_KEY).decode("ascii", "replace").splitlines()
        except OSError as exc:
            raise InvalidConfigError(where, f"the key cannot be read ({exc.strerror})") from exc
        key = lines[0].strip() if lines else ""
    elif endpoint.key_env:
        where = endpoint.key_env
        key = os.environ.get(where, "").strip()
    else:
        return None
    if not key:
        raise InvalidConfigError(where, "holds no key", "Put the key there, or remove the setting that names it")
    if not key.isascii() or not key.isprintable():
        raise InvalidConfigError(where, "what it holds cannot be a key")
    return key


def expanded(path: Path | str) -> Path:
    """Return a path with `~` expanded; as it is, where that names nobody's home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def prepare_environment() -> None:
    """Set what libraries read from the environment before they are imported.

    fastmcp reads `.env` in the current folder, which belongs to the author of the project, and looks for updates if it
    shows its banner; GitPython looks for git at import and raises where there is none, and hands on what git sets for
    hooks; the hub client of sentence-transformers must stay offline, and what loads models must not draw on the
    terminal; the threads of OpenBLAS wait for each other by spinning, and on a machine that is busy otherwise one of
    them compares vectors in half the time of two. Source: fastmcp settings documentation, GitPython `git.refresh`,
    huggingface_hub environment variables, OpenBLAS FAQ.
    """
    os.environ["FASTMCP_ENV_FILE"] = os.devnull
    os.environ["FASTMCP_CHECK_FOR_UPDATES"] = "off"
    os.environ["GIT_PYTHON_REFRESH"] = "quiet"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    for name in _GIT_LOCAL.split():
        os.environ.pop(name, None)


def process_environment() -> dict[str, str]:
    """Return a copy of the environment for child processes to be built from."""
    return dict(os.environ)


def _folder(env: Mapping[str, str], variable: str, default: Path) -> Path:
    return expanded(env[variable]).resolve() if env.get(variable) else default


def _flag(key: str, written: Mapping[str, object], set_here: Mapping[str, str], *, default: bool) -> bool:
    """Return a switch as the environment has it, else the file."""
    if key not in set_here:
        return bool(written.get(key, default))
    value = set_here[key].strip().lower()
    if value not in _FLAGS:
        raise InvalidConfigError(_variable(key), f"{value[:40]!r} is neither 1 nor 0")
    return _FLAGS[value]


def _variable(key: str) -> str:
    return f"VAULT_MEM_{key.upper()}"


def _read_file(path: Path) -> dict[str, object]:
    """Return what the file says; texts and switches are checked here, tables where they are read."""
    try:
        content: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InvalidConfigError(str(path), str(exc)) from exc
    for key, value in content.items():
        if key not in _KEYS:
            raise InvalidConfigError(str(path), f"unknown key {key!r} (known: {', '.join(_KEYS)})")
        if key in _TEXT_KEYS and not isinstance(value, str):
            raise InvalidConfigError(str(path), f"{key} must be text in quotes")
        if key in _FLAG_KEYS and not isinstance(value, bool):
            raise InvalidConfigError(str(path), f"{key} must be true or false")
    return content
