"""Where a model is that the user named, and what its files say without the library that reads them."""

from __future__ import annotations

import hashlib
import json
import re
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vault_mem.errors import InvalidConfigError

_PACKAGE = "package:"
_INSIDE = "model"
"""Where a package has its model if not at its top."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_JSON = 1 << 20
_SAMPLES = 64
_SAMPLE_BYTES = 16 << 10
_WEIGHTS = frozenset({".safetensors", ".bin", ".onnx", ".gguf"})
_DESCRIPTIONS = frozenset({".json", ".txt", ".model"})


def model_folder(name: str, where: str) -> Path:
    """Return the folder that a setting names: a path, or `package:NAME` for the model in an installed package.

    A path must be absolute or begin with `~`, and a package is looked for where packages are installed only: what
    lies in the current folder belongs to the author of the project.

    Raises:
        InvalidConfigError: if there is none.
    """
    if name.startswith(_PACKAGE):
        return _packaged(name.removeprefix(_PACKAGE), where)
    try:
        folder = Path(name).expanduser()
    except RuntimeError:
        folder = Path(name)
    if not folder.is_absolute():
        raise InvalidConfigError(
            f"{where} {name}", "is no known name, and a folder must be absolute or begin with ~", "Give the whole path"
        )
    if not folder.is_dir():
        raise InvalidConfigError(f"{where} {name}", "there is no such folder")
    return folder


def model_name(folder: Path) -> str:
    """Return what people call the model in a folder: the folder's name, or the package's it lies in."""
    return folder.parent.name if folder.name == _INSIDE else folder.name


def is_sentence_model(folder: Path) -> bool:
    """Whether a folder is sentence-transformers' rather than model2vec's.

    Source: `modules.json` lists the parts of the former; model2vec writes it too, with `model_type` in `config.json`.
    """
    return (folder / "modules.json").is_file() and read_json(folder, "config.json").get("model_type") != "model2vec"


def read_json(folder: Path, name: str) -> Mapping[str, Any]:  # Any: JSON, which the caller checks
    """Return the JSON object in a file, empty if there is none; a list is given under `items`.

    Raises:
        InvalidConfigError: if it is not JSON, or far too long.
    """
    try:
        with (folder / name).open("rb") as file:
            found = json.loads(file.read(_MAX_JSON))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as exc:
        raise InvalidConfigError(f"model {folder}", f"{name} cannot be read ({exc})") from exc
    return found if isinstance(found, dict) else {"items": found}


def fingerprint(folder: Path) -> str:
    """Return a SHA-256 of what a model is: its small files, and of its weights the size and samples.

    Weights can be gigabytes, and this is asked at each start; two trainings of one model differ in all of them.

    Raises:
        InvalidConfigError: if they cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in _WEIGHTS | _DESCRIPTIONS):
            digest.update(file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape") + b"\0")
            digest.update(_sampled(file))
    except OSError as exc:
        raise InvalidConfigError(f"model {folder}", str(exc)) from exc
    return digest.hexdigest()


def _sampled(file: Path) -> bytes:
    """Return the digest of a file's size and of pieces from all over it; of a short one, of everything."""
    digest = hashlib.sha256()
    size = file.stat().st_size
    digest.update(size.to_bytes(8, "little"))
    with file.open("rb") as content:
        if size <= _SAMPLES * _SAMPLE_BYTES:
            digest.update(content.read())
            return digest.digest()
        for number in range(_SAMPLES):
            content.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            digest.update(content.read(_SAMPLE_BYTES))
    return digest.digest()


def _packaged(name: str, where: str) -> Path:
    """Return the folder with `config.json` in an installed package; none of its code is run."""
    roots = [Path(sysconfig.get_path(key)) for key in ("purelib", "platlib")] if _NAME.fullmatch(name) else []
    for root in roots:
        for folder in (root / name, root / name / _INSIDE):
            if (folder / "config.json").is_file():
                return folder
    hint = f"Run: pip install {name.replace('_', '-')}" if _NAME.fullmatch(name) else "Give the name of its import"
    raise InvalidConfigError(f"{where} {_PACKAGE}{name}", "there is no installed package with a model", hint)
