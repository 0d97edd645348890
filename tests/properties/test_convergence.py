"""Three clones write at random, sync at random, and end up the same; nothing that was acknowledged is lost."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.vaults import git, is_clean, make_vault, open_vault, write
from vault_mem.notes.document import id_in
from vault_mem.notes.frontmatter import read
from vault_mem.notes.model import NotePath
from vault_mem.vault.acts import Act, Change
from vault_mem.vault.vault import Vault

STEPS = 40
NAMES = ("tea", "milk", "sugar", "Tea")
_ID = "---\nid: 01K9ZQ3T8M5N2V7C4X6B1D{:04}\n---\n"


class Clones:
    """Three vaults, a bare remote, and every line that anyone wrote."""

    def __init__(self, folder: Path, stack: ExitStack, chance: random.Random) -> None:
        self.chance = chance
        self.written: set[str] = set()
        self.count = 0
        self.remote = folder / "remote.git"
        git(folder, "init", "-q", "--bare", str(self.remote))
        first = stack.enter_context(make_vault(folder / "0"))
        git(first.root, "remote", "add", "origin", str(self.remote))
        first.sync()
        for name in ("1", "2"):
            git(folder, "clone", "-q", str(self.remote), name)
        self.vaults = [first, *(stack.enter_context(open_vault(folder / name)) for name in ("1", "2"))]

    def step(self) -> None:
        vault = self.chance.choice(self.vaults)
        acts = [self.add, self.edit, self.edit, self.move, self.edit_by_hand, self.archive]
        self.chance.choice([*acts, self.sync, self.sync, self.pull_by_git])(vault)

    def sync(self, vault: Vault) -> None:
        vault.sync()

    def add(self, vault: Vault) -> None:
        path = f"{self.chance.choice(['', 'f/'])}{self.chance.choice(NAMES)}-{self.count % 3}.md"
        folder = (vault.root / path).parent
        taken = {name.name.casefold() for name in folder.iterdir()} if folder.is_dir() else set()
        if Path(path).name.casefold() not in taken:
            self._commit(vault, path, _ID.format(self.count % 9_999) + f"# Note\n{self._line()}")

    def edit(self, vault: Vault) -> None:
        if path := self._any(vault):
            self._commit(vault, path, self._edited((vault.root / path).read_text()))

    def edit_by_hand(self, vault: Vault) -> None:
        if path := self._any(vault):
            write(vault.root, path, self._edited((vault.root / path).read_text()))

    def move(self, vault: Vault) -> None:
        if (path := self._any(vault)) and not vault.state().changed:
            text = (vault.root / path).read_bytes()
            target = NotePath(f"moved/{self.count}.md")
            self.count += 1
            with vault.writing() as transaction:
                transaction.commit(Act("move", (Change(NotePath(path), None), Change(target, text))))

    def archive(self, vault: Vault) -> None:
        if path := self._any(vault):
            text = (vault.root / path).read_text()
            if "status:" not in text and text.startswith("---\n"):
                self._commit(vault, path, text.replace("---\n", "---\nstatus: archived\n", 1))

    def pull_by_git(self, vault: Vault) -> None:
        """Pull as a person does; where git finds files, not lines, in conflict, the person gives up."""
        if not vault.state().changed and git(vault.root, "ls-remote", "origin").strip():
            git(vault.root, "branch", "-q", "--set-upstream-to=origin/main", check=False)
            git(vault.root, "pull", "-q", "--no-rebase", "--no-edit", check=False)
            git(vault.root, "merge", "--abort", check=False)

    def _edited(self, text: str) -> str:
        """Add a line somewhere, or say one otherwise; what is said otherwise is no longer wanted."""
        lines = text.splitlines(keepends=True)
        own = [number for number, line in enumerate(lines) if line.startswith("line ")]
        if own and self.chance.random() < 0.5:
            number = self.chance.choice(own)
            self.written.discard(lines[number].strip())
            lines[number] = self._line()
        else:
            start = next((n for n, line in enumerate(lines) if line.startswith("# ")), len(lines) - 1)
            lines.insert(self.chance.randint(start + 1, len(lines)), self._line())
        return "".join(lines)

    def _line(self) -> str:
        self.count += 1
        self.written.add(f"line {self.count}")
        return f"line {self.count}\n"

    def _any(self, vault: Vault) -> str | None:
        paths = sorted(
            path.relative_to(vault.root).as_posix() for path in vault.root.rglob("*.md") if ".git" not in path.parts
        )
        return self.chance.choice(paths) if paths else None

    def _commit(self, vault: Vault, path: str, text: str) -> None:
        with vault.writing() as transaction:
            transaction.adopt([NotePath(path)])
            transaction.commit(Act("remember", (Change(NotePath(path), text.encode()),)))


@pytest.mark.parametrize("seed", range(3))
def test_clones_converge(seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_clones_converge(seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path)


def check(seed: int, folder: Path) -> None:
    with ExitStack() as stack:
        clones = Clones(folder, stack, random.Random(seed))
        for _ in range(STEPS):
            clones.step()
        for _ in range(2):
            for vault in clones.vaults:
                vault.sync()
        assert len({git(vault.root, "rev-parse", "HEAD") for vault in clones.vaults}) == 1
        assert all(map(is_clean, clones.vaults))
        notes = [path for path in clones.vaults[0].root.rglob("*.md") if ".git" not in path.parts]
        texts = [path.read_text() for path in notes]
        kept = {line for text in texts for line in text.splitlines()}
        assert clones.written <= kept, clones.written - kept
        assert not any(read(text.encode()).problem or "<<<<" in text for text in texts)
        ids = [identity for text in texts if (identity := id_in(text.encode()))]
        assert len(ids) == len(set(ids))
        assert not git(clones.vaults[0].root, "fsck", "--strict", "--no-dangling")
