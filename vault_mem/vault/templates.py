"""Where the package's templates are: beside the package when installed, at the repository's top when editable."""

from __future__ import annotations

from pathlib import Path

from vault_mem.errors import StorageError

_PACKAGE = Path(__file__).resolve().parents[1]


def templates_dir() -> Path:
    """Return the folder with `note/` and `vault/`.

    Raises:
        StorageError: if the installation has lost it.
    """
    for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if (folder / "vault").is_dir():
            return folder
    raise StorageError(_PACKAGE / "templates", "the installation is incomplete")


def vault_template(name: str) -> str:
    """Return the text of a file that `init` writes, by its name in `templates/vault`."""
    path = templates_dir() / "vault" / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise StorageError(path, exc.strerror or str(exc)) from exc


def note_template(note_type: str) -> str | None:
    """Return the template of a note type, None if there is none."""
    if not note_type.isalpha():
        return None
    path = templates_dir() / "note" / f"{note_type}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None
