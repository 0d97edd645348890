"""The shape of the code: layers, fences around libraries, names and sizes, as the picture in the package says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FENCES = CONFIG["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
PACKAGE = sorted((ROOT / "vault_mem").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
IMPORT_NAMES = {"gitpython": "git", "python-frontmatter": "frontmatter", "pyyaml": "yaml", "whoosh3": "whoosh"}
COMPANIONS = {"pydantic_core"}  # released with pydantic and pinned by it, never asked for alone
UNFENCED = {"numpy"}  # wherever scores are
FORBIDDEN_NAMES = re.compile(r"(utils?|helpers?|common|misc|base_.*|.*manager|.*\d)\Z")
MAX_LINES = 400


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """Return the top-level names of everything a module imports, at any depth, relative imports left out."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def import_names(requirements: list[str]) -> set[str]:
    """Return what the required distributions are imported as."""
    names = {canonicalize_name(Requirement(text).name) for text in requirements}
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def extra_requirements(extra: str) -> list[str]:
    """Return what an extra requires."""
    requirements: list[str] = CONFIG["project"]["optional-dependencies"][extra]
    return requirements


def homes(library: str) -> list[str]:
    """Return the files or folders that may import a fenced library, as the fence's own message says."""
    places: str = FENCES[library]["msg"].partition(" stays in ")[2]
    return places.split(" and ")


def test_layers_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_library_is_fenced() -> None:
    assert set(FENCES) >= import_names(CONFIG["project"]["dependencies"]) - UNFENCED


@pytest.mark.parametrize("library", FENCES)
def test_a_library_stays_behind_its_fence(library: str) -> None:
    places = homes(library)
    assert places[0]
    assert all((ROOT / place).exists() for place in places)
    users = [name_of(path) for path in PACKAGE if library in imported(path)]
    assert [user for user in users if not any(user == place or user.startswith(f"{place}/") for place in places)] == []


def test_what_the_package_imports_is_declared() -> None:
    extras = [text for extra in ("distill", "fast", "sentence-transformers") for text in extra_requirements(extra)]
    declared = import_names([*CONFIG["project"]["dependencies"], *extras])
    known = {"vault_mem", *declared, *COMPANIONS, *sys.stdlib_module_names}
    assert {name_of(path): sorted(extra) for path in PACKAGE if (extra := imported(path) - known)} == {}


def test_what_the_tests_import_is_declared() -> None:
    project = CONFIG["project"]
    declared = import_names([*project["dependencies"], *project["optional-dependencies"]["test"]])
    known = {"vault_mem", "tests", *declared, *sys.stdlib_module_names}
    assert {name_of(path): sorted(extra) for path in TESTS if (extra := imported(path) - known)} == {}


def test_only_the_settings_read_the_environment() -> None:
    readers = []
    for path in PACKAGE:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if any(isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "putenv"} for node in nodes):
            readers.append(name_of(path))
    assert readers == ["vault_mem/config.py"]


def test_no_module_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*PACKAGE, *TESTS]}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_every_module_is_named_for_what_it_holds() -> None:
    paths = [*PACKAGE, *TESTS]
    names = {part for path in paths for part in (*path.relative_to(ROOT).parent.parts, path.stem)}
    assert {name for name in names if FORBIDDEN_NAMES.match(name)} == set()
