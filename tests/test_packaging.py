"""What is built, locked, promised and published: wheel, sdist, editable install, lock file, README lines, workflows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import vault_mem

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
STEM = f"git_vault_mem-{vault_mem.__version__}"
TOP_LEVEL = {
    ".ci",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
    "templates",
    "tests",
    "vault_mem",
}
# Written so that no pattern matches its own source.
FORBIDDEN = {
    "the name the index refuses": re.compile(
        r"(?:pip\s+install|uvx|pipx\s+\w+|uv\s+\w+\s+install)\s+(?:-\S+\s+)*vault-mem\b"
    ),
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:work|root)/|/tmp/[b]rief|/opt/(?:pypi|wheels)"),
    "a package index of one machine": re.compile(
        r"--(?:extra-)?index-url|--find-[l]inks|PIP_(?:EXTRA_)?INDEX|trusted-[h]ost"
    ),
}


def checkout_files() -> list[str]:
    """List what a commit of the checkout would hold: tracked and new files, ignored ones left out."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout, not an unpacked sdist")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted(name for name in set(listed) if name and (ROOT / name).is_file())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist from the checkout."""
    return Path(next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("sdist")))))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the sdist."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / STEM


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Build the wheel from the unpacked sdist, as an installer would that has no wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    path = next(WheelBuilder(str(unpacked)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(path) as archive:
        yield archive


def metadata(wheel: zipfile.ZipFile) -> Message:
    return message_from_bytes(wheel.read(f"{STEM}.dist-info/METADATA"))


def test_sdist_holds_the_checkout_and_nothing_else(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert names == {*checkout_files(), "PKG-INFO"}


def test_wheel_holds_package_and_templates_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    files = checkout_files()
    package = {name for name in files if name.startswith("vault_mem/")}
    templates = {f"vault_mem/{name}" for name in files if name.startswith("templates/")}
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == package | templates
    assert "vault_mem/py.typed" in names
    assert any(name.startswith("vault_mem/templates/note/") for name in names)


def test_wheel_carries_the_model_with_licence_and_notice(wheel: zipfile.ZipFile) -> None:
    models = {Path(name).parent.as_posix() for name in wheel.namelist() if name.endswith(".safetensors")}
    assert models
    for folder in models:
        assert {f"{folder}/LICENSE", f"{folder}/NOTICE"} <= set(wheel.namelist())
        assert f"{STEM}.dist-info/licenses/{folder}/LICENSE" in wheel.namelist()
    assert f"{STEM}.dist-info/licenses/LICENSE" in wheel.namelist()


def test_wheel_is_smaller_than_8_megabytes(wheel: zipfile.ZipFile) -> None:
    assert wheel.filename is not None
    assert Path(wheel.filename).stat().st_size < 8_000_000


def test_wheel_says_what_the_project_says(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    assert (said["Name"], said["Version"]) == ("git-vault-mem", vault_mem.__version__)
    assert said["Requires-Python"] == ">=3.11"
    assert said["License-Expression"] == "Apache-2.0"
    commands = wheel.read(f"{STEM}.dist-info/entry_points.txt").decode()
    assert "vault-mem = vault_mem.cli:main" in commands.splitlines()
    assert "git-vault-mem = vault_mem.cli:main" in commands.splitlines()


def test_templates_are_found_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    found = templates_seen_from(tmp_path / "site", cwd=tmp_path)
    assert found == tmp_path / "site" / "vault_mem" / "templates"
    assert (found / "note").is_dir()


def test_editable_install_is_the_checkout_on_the_path(tmp_path: Path) -> None:
    path = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["editable"]))
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        assert names == ["_git_vault_mem.pth"]
        folder = Path(archive.read(names[0]).decode().strip())
    assert folder == ROOT
    assert templates_seen_from(folder, cwd=tmp_path) == ROOT / "templates"


def templates_seen_from(folder: Path, *, cwd: Path) -> Path:
    code = "import sys, vault_mem.vault.templates as t; sys.stdout.write(str(t.templates_dir()))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True)
    return Path(done.stdout)


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def requirements() -> list[Requirement]:
    """Return what is locked: what runs and what tests; the tools of a distillation are left to who makes one."""
    return [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]]


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_lock_has_a_version_that_the_project_allows(requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    specifiers = [one.specifier for one in locked() if canonicalize_name(one.name) == name]
    assert specifiers
    for specifier in specifiers:
        (pin,) = specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version)


def test_lock_names_no_index_and_each_package_once() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for python in ("3.11", "3.12", "3.13", "3.14"):
        here = {"python_full_version": f"{python}.0", "python_version": python}
        names = [one.name for one in locked() if one.marker is None or one.marker.evaluate(here)]
        assert len(names) == len(set(names))
        assert "numpy" in names


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_says(what: str) -> None:
    said = []
    for name in checkout_files():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        said += [f"{name}: {found.group()}" for found in FORBIDDEN[what].finditer(text)]
    assert said == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("the name the index refuses", "pip install -U vault-" + "mem"),
        ("the name the index refuses", "uvx vault-" + "mem serve"),
        ("a path of one machine", "see /wo" + "rk/main"),
        ("a package index of one machine", "pip install --index-" + "url x"),
    ],
)
def test_the_forbidden_is_recognised(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)
    assert not FORBIDDEN[what].search("pip install git-vault-mem; uvx git-vault-mem serve")


def test_only_what_belongs_there_is_at_the_top() -> None:
    assert {name.partition("/")[0] for name in checkout_files()} == TOP_LEVEL


def test_readme_has_two_commands_and_ci_runs_the_second() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = readme.splitlines()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"sed -n 's/\^\\\((.*?)\\\)\$/", script)
    assert pattern
    tested = [line for line in lines if re.fullmatch(pattern.group(1), line)]
    shown = [line for line in lines if re.fullmatch(r"python3 -m venv .* quickstart", line)]
    assert (len(tested), len(shown)) == (1, 1)
    assert "'.[test]'" in tested[0]
    # What is written by hand; what commands print, between marks, is checked against them.
    assert len(re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", "", readme, flags=re.DOTALL).splitlines()) <= 164


def workflow_text() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github/workflows").glob("*.yml")))


def test_every_action_is_pinned_to_one_commit() -> None:
    used = re.findall(r"uses: (\S+)@(\S+)(.*)", workflow_text())
    assert used
    pins: dict[str, str] = {}
    for action, commit, comment in used:
        assert re.fullmatch(r"[0-9a-f]{40}", commit), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
        assert pins.setdefault(action, commit) == commit


def test_workflows_cover_systems_and_versions_with_least_rights() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "os: [ubuntu-latest, macos-latest, windows-latest]" in text
    classifiers = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert f"python: {str(classifiers).replace(chr(39), chr(34))}" in text
    assert workflow_text().count("\npermissions:\n  contents: read\n") == 2
