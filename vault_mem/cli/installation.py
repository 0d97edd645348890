"""What `doctor` looks at: Python, git, the packages, the models, the folders, the vault, the PATH."""

from __future__ import annotations

import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

from vault_mem import __version__
from vault_mem.cli import evidence
from vault_mem.cli.invocation import Call, opened
from vault_mem.config import load_settings, prepare_environment
from vault_mem.errors import NotAVaultError, VaultMemError
from vault_mem.memory.answers import Finding, Report, Status

DISTRIBUTION = "git-vault-mem"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RIVALS = ("whoosh", "whoosh-reloaded")  # they install a package of the same import name as whoosh3


def examine(call: Call) -> Report:
    """Look at everything; nothing is changed but for empty folders that are made.

    Returns:
        What was found, the worst first; findings of severity `info` say what is well.
    """
    prepare_environment()
    checks: dict[str, Callable[[Call], Iterator[Finding]]] = {
        "Python": _python,
        "git": _git,
        "packages": _packages,
        "model": _model,
        "reranker": _reranker,
        "folders": _folders,
        "vault": _vault,
        "PATH": _path,
    }
    findings = [finding for name, check in checks.items() for finding in _found(name, check, call)]
    severities = ("error", "warning", "info")
    return Report(None, tuple(checks), tuple(sorted(findings, key=lambda finding: severities.index(finding.severity))))


def _found(name: str, check: Callable[[Call], Iterator[Finding]], call: Call) -> Iterator[Finding]:
    """Yield what a check finds; what stops it is a finding too."""
    try:
        yield from check(call)
    except VaultMemError as exc:
        yield Finding("error", exc.code, exc.message, hint=exc.hint)
    except ImportError as exc:
        yield Finding("error", f"{name.lower()}-import", str(exc), hint="Install vault-mem again")


def _python(_call: Call) -> Iterator[Finding]:
    version = f"{platform.python_implementation()} {platform.python_version()} on {platform.platform(terse=True)}"
    yield Finding("info", "python", f"vault-mem {__version__}, {version}")


def _git(_call: Call) -> Iterator[Finding]:
    from vault_mem.vault.repository import require_git, run_outside

    require_git()
    version = run_outside(Path.cwd(), "version").output.decode("utf-8", "replace").strip()
    yield Finding("info", "git", version)


def _packages(_call: Call) -> Iterator[Finding]:
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("info", "packages", f"{DISTRIBUTION} runs from its source folder, not installed")
        return
    names = [match[0] for text in requirements if "extra ==" not in text and (match := _NAME.match(text))]
    versions = {name: _version(name) for name in names}
    for name in (name for name, version in versions.items() if version is None):
        yield Finding("error", "missing-package", f"{name} is not installed", hint=f"Install {DISTRIBUTION} again")
    for name in filter(_version, _RIVALS):
        hint = f"Uninstall {name}, then install whoosh3 again"
        yield Finding("warning", "package-conflict", f"{name} and whoosh3 overwrite each other's files", hint=hint)
    shown = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    yield Finding("info", "packages", shown)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _model(_call: Call) -> Iterator[Finding]:
    from vault_mem.index.embedders import load_embedder

    embedder = load_embedder(load_settings().embedder)
    if embedder is None:
        yield Finding("warning", "no-model", "The settings switch the model off", hint="Recall ranks by words alone")
        return
    name = evidence.model(embedder.model_id)
    with closing(embedder):
        vectors = [*embedder.embed(["memory"]), embedder.embed_query("memory")]
    if any(vector.shape != (embedder.dimensions,) or not vector.any() for vector in vectors):
        yield Finding("error", "model-broken", f"The model {name} gives no vectors", hint="Install vault-mem again")
        return
    yield Finding("info", "model", f"{name}, {embedder.dimensions} dimensions")


def _reranker(_call: Call) -> Iterator[Finding]:
    from vault_mem.recall.rerankers import load_reranker

    reranker = load_reranker(load_settings().reranker)
    if reranker is None:
        return
    with closing(reranker):
        reranker.scores("memory", ["a memory", "a stone"])
    yield Finding("info", "reranker", reranker.name)


def _folders(_call: Call) -> Iterator[Finding]:
    settings = load_settings()
    for name, folder in (("cache", settings.cache_dir), ("state", settings.state_dir)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as exc:
            hint = f"Mend its permissions, or set VAULT_MEM_{name.upper()} to another folder"
            yield Finding("error", f"{name}-not-writable", f"{folder}: {exc.strerror}", hint=hint)
        else:
            yield Finding("info", name, f"{folder} can be written")


def _vault(call: Call) -> Iterator[Finding]:
    try:
        with opened(call) as memory:
            status = memory.status()
    except NotAVaultError as exc:
        severity = "error" if call.vault else "warning"
        yield Finding(severity, exc.code, exc.message, hint=exc.hint)
        return
    yield from _index(status)
    for text in status.notice:
        yield Finding("warning", "vault-notice", text)
    if not status.is_writable:
        yield Finding("warning", "read-only-vault", f"{status.vault} can be read only", hint="Update vault-mem")
    yield Finding("info", "vault", f"{status.vault}: {status.notes:,} notes, {status.commits:,} commits")


def _index(status: Status) -> Iterator[Finding]:
    if status.indexed < status.passages:
        missing = status.passages - status.indexed
        yield Finding("warning", "index-behind", f"{missing:,} passages are not indexed", hint="Run vault-mem reindex")
    else:
        yield Finding("info", "index", f"{status.indexed:,} passages in {status.index_folder}")
    yield _engine(status)


def _engine(status: Status) -> Finding:
    """Say which engine finds words, and where the other one would be worth an installation."""
    from vault_mem.index.lexical.choice import FAST, FAST_FROM, has_fast_engine

    if status.lexical == FAST or status.notes < FAST_FROM or has_fast_engine():
        return Finding("info", "lexical-engine", f"{status.lexical} finds words")
    message = f"{status.lexical} finds words; at {status.notes:,} notes {FAST} indexes faster, on a fifth of the disk"
    return Finding("info", "lexical-engine", message, hint=f"Run: pip install '{DISTRIBUTION}[fast]'")


def _path(_call: Call) -> Iterator[Finding]:
    found = shutil.which("vault-mem")
    if found:
        yield Finding("info", "path", found)
        return
    hint = f"Put {Path(sys.executable).parent} on the PATH, or give clients the whole path"
    yield Finding("warning", "not-on-path", "vault-mem is not on the PATH, where clients look for it", hint=hint)
