"""The vault's own settings, `.vault-mem/config.yaml`: a closed list of harmless keys, read from hostile input."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vault_mem.errors import InvalidConfigError, MalformedFrontmatterError, NotAVaultError, StorageError
from vault_mem.notes.frontmatter import load_mapping
from vault_mem.notes.model import Scalar, Value

FORMAT = 1
MANIFEST = ".vault-mem/config.yaml"
_MAX_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a vault says about itself; keys we do not know are left alone.

    Attributes:
        format: version of the vault format; newer than `FORMAT` opens read-only.
        language: language of new notes, None for no preference.
        folders: folder name by category.
        defaults: default properties by note type.
    """

    format: int = FORMAT
    language: str | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)


def read_manifest(root: Path) -> Manifest:
    """Read the settings of the vault at `root`.

    Raises:
        NotAVaultError: if there is no such file.
        InvalidConfigError: if it is not a YAML mapping with a whole number as `format`.
    """
    path = root / MANIFEST
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            raise InvalidConfigError(MANIFEST, "must be an ordinary file of less than 64 kB")
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise NotAVaultError(root, "is a git repository but not a vault yet") from exc
    except UnicodeDecodeError as exc:
        raise InvalidConfigError(MANIFEST, "is not UTF-8") from exc
    except OSError as exc:
        raise StorageError(path, exc.strerror or str(exc)) from exc
    try:
        return parse_manifest(load_mapping(text, path=MANIFEST))
    except MalformedFrontmatterError as exc:
        raise InvalidConfigError(MANIFEST, exc.message) from exc


def parse_manifest(values: Mapping[str, Value]) -> Manifest:
    """Pick the known keys out of a mapping; of the others and of wrong shapes nothing is kept.

    Raises:
        InvalidConfigError: if `format` is not a whole number above 0.
    """
    version = values.get("format", FORMAT)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InvalidConfigError(MANIFEST, "format must be a whole number, such as 1")
    language = values.get("language")
    return Manifest(
        format=version,
        language=language if isinstance(language, str) else None,
        folders={key: text for key, text in _mapping(values.get("folders")).items() if isinstance(text, str)},
        defaults={key: _scalars(inner) for key, inner in _mapping(values.get("defaults")).items()},
    )


def _mapping(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _scalars(value: Value) -> dict[str, Scalar]:
    return {key: inner for key, inner in _mapping(value).items() if not isinstance(inner, list | dict)}
