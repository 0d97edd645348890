"""Opening and making vaults: the one place that wires implementations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vault_mem.config import Settings, expanded, load_settings, prepare_environment
from vault_mem.errors import NotAVaultError
from vault_mem.index.embedders import load_embedder, load_word_embedder
from vault_mem.index.index import Index
from vault_mem.memory.service import Memory
from vault_mem.memory.session import Session
from vault_mem.recall.rerankers import load_reranker
from vault_mem.vault.scaffold import Scaffolded
from vault_mem.vault.scaffold import initialise as scaffold
from vault_mem.vault.vault import Vault

INDEX_FOLDER = "index"
FAILURES_FOLDER = "services"


def open_memory(
    path: Path | str | None = None,
    *,
    settings: Settings | None = None,
    agent: str | None = None,
    session: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    watch: bool = False,
) -> Memory:
    """Open a vault for remembering and recalling.

    Args:
        path: the vault's folder, or one inside it. If not given: the vault that the settings name in the environment,
            else the one the current folder is in, else the user's default.
        settings: what the user chose; read from the environment and the user's `config.toml` if not given.
        agent: who writes, where a verb is not told; a commit trailer.
        session: the writer's session, where a verb is not told; a commit trailer.
        progress: called with (stage, done, total) while the index catches up.
        watch: for a process that answers many questions: whether to note which files change, so that a question need
            not look at the whole work tree (where the system does not tell, `status` says so and nothing else differs),
            and to index beside the answers: a recall waits two seconds for it, then says that it lacks something.

    Raises:
        NotAVaultError: if there is no vault there.
        UnsupportedRepositoryError, GitMissingError, InvalidConfigError: if it cannot be opened.
        MissingExtraError: if the embedder, reranker or lexical engine of the settings needs packages that are missing.
    """
    prepare_environment()
    chosen = settings or load_settings()
    vault = Vault.open(_locate(path, chosen), chosen)
    if watch:
        vault.watch()
    failures = chosen.cache_dir / FAILURES_FOLDER
    try:
        reranker = load_reranker(chosen.reranker, failures=failures)
        embedder = load_embedder(chosen.embedder, failures=failures)
        index = Index.open(
            chosen.repository_cache(vault.key) / INDEX_FOLDER,
            embedder=embedder,
            words=load_word_embedder(embedder),
            lexical=chosen.lexical,
            background=watch,
        )
    except BaseException:
        vault.close()
        raise
    opened = Session(
        vault,
        index,
        chosen,
        agent=agent,
        session=session,
        progress=progress,
        reranker=reranker,
        is_serving=watch,
    )
    return Memory(opened)


def initialise(folder: Path | str, *, settings: Settings | None = None) -> Scaffolded:
    """Make a folder a vault, or complete one; no note is changed, and a second time nothing is.

    Raises:
        UnsupportedRepositoryError: if the repository or its attributes cannot hold notes byte for byte.
        StorageError: if the folder cannot be written.
    """
    prepare_environment()
    return scaffold(expanded(folder), settings or load_settings())


def _locate(path: Path | str | None, settings: Settings) -> Path:
    if path is not None:
        folder = expanded(path)
        return Vault.find(folder) or folder
    named = settings.vault or Vault.find(Path.cwd()) or settings.default_vault
    if named is None:
        raise NotAVaultError(Path.cwd(), "is in no vault, and no default vault is set")
    return Vault.find(named) or named
