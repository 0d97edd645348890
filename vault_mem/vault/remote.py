"""One branch of one remote: what it has, fetching it, pushing to it; nobody is ever asked anything."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from vault_mem.config import process_environment
from vault_mem.errors import NoRemoteError, RemoteError, VaultBusyError
from vault_mem.notes.model import CommitId
from vault_mem.vault.failures import said
from vault_mem.vault.objects import NO_OBJECT
from vault_mem.vault.readiness import Head
from vault_mem.vault.repository import Outcome, Repository

TIMEOUT = 120.0
"""Seconds that a fetch or a push may take."""

RESCUED = "refs/vault-mem/rescue"
"""Where the remote's and our own last commit are kept before a history that was rewritten is merged."""

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GCM_INTERACTIVE": "never",
    "GIT_HTTP_LOW_SPEED_LIMIT": "100",
    "GIT_HTTP_LOW_SPEED_TIME": "30",
}
# Keys that name a program to run, or another place to talk to. Source: git-config(1), gitcredentials(7).
_COMMANDS = re.compile(
    r"(?:credential\.(?:.*\.)?helper|core\.(?:sshcommand|gitproxy|askpass|alternaterefscommand)|remote\..*\.(?:uploadpack|receivepack|vcs|proxy)"
    r"|url\..*\.(?:insteadof|pushinsteadof)|http\.(?:.*\.)?(?:proxy|sslcert|sslkey|cookiefile|extraheader|curloptresolve)"
    r"|fetch\.bundleuri|ssh\..*|gpg\..*program|protocol\..*)\Z"
)
_OPTIONS = ("credential.interactive=false", "push.gpgSign=false", "push.followTags=false", "fetch.prune=false")
# What git, curl and ssh say. Source: git's `remote-curl.c` and `connect.c`, strerror(3), OpenSSH's `sshconnect.c`.
_OFFLINE = re.compile(
    "Could not resolve host|Couldn't resolve host|Could not resolve hostname|Failed to connect|unable to connect to"
    "|Connection refused|Connection timed out|Network is unreachable|No route to host|Operation timed out"
    "|Temporary failure in name resolution|Connection reset|Could not connect"
)
_AUTHENTICATION = re.compile(
    "Authentication failed|could not read Username|could not read Password|Permission denied|terminal prompts disabled"
    "|Host key verification failed|returned error: 40[13]"
)
_RACE = re.compile(r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value")
_BESIDE = re.compile(r"cannot lock ref .*(?:but expected|File exists)")
_REFUSED = re.compile(r"remote rejected|pre-receive hook declined|protected branch|denyCurrentBranch")


class OfflineError(RemoteError):
    """The remote could not be reached."""


class RaceError(RemoteError):
    """Somebody else has pushed meanwhile."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote and the branch of it that ours follows.

    Attributes:
        name: as git knows it.
        branch: `refs/heads/…` there.
    """

    repository: Repository
    name: str
    branch: str

    @classmethod
    def of(cls, repository: Repository, head: Head) -> Remote:
        """Return what a branch follows: as configured, else a branch of its name at the only remote.

        Raises:
            NoRemoteError: if there is no remote, or several and none of them is the branch's.
            RemoteError: if the repository's own config, which may have come with it, names a program to run.
        """
        _check_commands(repository)
        own = head.ref.removeprefix("refs/heads/")
        name, branch = (_config(repository, f"branch.{own}.{key}") for key in ("remote", "merge"))
        if name and name != "." and branch.startswith("refs/heads/"):
            return cls(repository, name, branch)
        names = repository.run("remote").decode("utf-8", "replace").splitlines()
        if len(names) != 1:
            raise NoRemoteError(names)
        return cls(repository, names[0], head.ref)

    @property
    def title(self) -> str:
        """What people call it: `origin/main`."""
        return f"{self.name}/{self.branch.removeprefix('refs/heads/')}"

    @property
    def tracking(self) -> str:
        """The ref that keeps what the remote last had."""
        return f"refs/remotes/{self.title}"

    def known(self) -> CommitId | None:
        """Return what the remote last had, None if that is not known."""
        found = self.repository.read_object(self.tracking)
        return CommitId(found[0]) if found else None

    def fetch(self) -> CommitId | None:
        """Fetch the branch; return the remote's commit, None if it has no such branch.

        A commit that the remote no longer has behind its branch stays under `RESCUED`; a branch that it has no longer
        is one that it lacks all of.

        Raises:
            OfflineError: if it cannot be reached.
            RaceError: if another process fetches at the same time.
            RemoteError: if it refuses.
        """
        before = self.known()
        wanted = f"+{self.branch}:{self.tracking}"
        outcome = self._talk("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--end-of-options", wanted)
        if outcome.status and "couldn't find remote ref" in outcome.error:
            if before is not None:
                self.keep(before)
                self.repository.run("update-ref", "-d", "--end-of-options", self.tracking, before)
            return None
        if outcome.status and _BESIDE.search(outcome.error):
            raise RaceError(f"{self.name} is being fetched by another process", "Run sync again")
        self._check("fetch", outcome)
        after = self.known()
        if before is not None and after is not None and not self.repository.contains(after, before):
            self.keep(before)
        return after

    def push(self, commit: CommitId) -> None:
        """Have the branch point to a commit that contains what it points to.

        Raises:
            OfflineError, RemoteError: as `fetch`.
            RaceError: if it points to something else by now.
        """
        outcome = self._talk("push", "--quiet", "--no-verify", "--end-of-options", f"{commit}:{self.branch}")
        if outcome.status and _RACE.search(_own(outcome.error)):
            raise RaceError(f"{self.name} was pushed to meanwhile", "Run sync again")
        self._check("push", outcome)
        self.repository.attempt("update-ref", "--end-of-options", self.tracking, commit)

    def lacks(self, commit: CommitId) -> int:
        """Return how many commits, with all behind it, the remote did not have when it was last asked."""
        known = self.known()
        counted = ["rev-list", "--count", commit, *([f"^{known}"] if known else [])]
        return int(self.repository.run(*counted))

    def keep(self, commit: CommitId) -> None:
        """Keep a commit under a ref of its own, whatever becomes of the branches."""
        ref = f"{RESCUED}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{commit[:12]}"
        self.repository.run("update-ref", "--end-of-options", ref, commit, NO_OBJECT)

    def _talk(self, command: str, *arguments: str) -> Outcome:
        *options, wanted = arguments
        ssh = process_environment().get("GIT_SSH_COMMAND") or _config(self.repository, "core.sshCommand") or "ssh"
        env = {**_ENVIRONMENT, "GIT_SSH_COMMAND": f"{ssh} -oBatchMode=yes -oConnectTimeout=20"}
        try:
            return self.repository.attempt(
                command, *options, self.name, wanted, options=_OPTIONS, env=env, timeout=TIMEOUT
            )
        except VaultBusyError as exc:
            reason = f"it did not answer within {TIMEOUT:g} seconds"
            raise OfflineError(f"{self.name} cannot be reached: {reason}", "Nothing is lost; sync again later") from exc

    def _check(self, command: str, outcome: Outcome) -> None:
        if outcome.status == 0:
            return
        reason, error = said(outcome.error), _own(outcome.error)
        if _OFFLINE.search(error):
            raise OfflineError(f"{self.name} cannot be reached: {reason}", "Nothing is lost; sync again later")
        if _AUTHENTICATION.search(error):
            hint = f"Log in for git first, so that 'git {command} {self.name}' asks nothing"
            raise RemoteError(f"{self.name} does not let us in: {reason}", hint)
        if _REFUSED.search(error):
            hint = "Push to a branch that you may push to, and open a pull request"
            raise RemoteError(f"{self.name} refuses the push: {_refusal(error) or reason}", hint)
        raise RemoteError(f"git {command} failed: {reason}", f"Look at it with 'git {command} {self.name}'")


def _check_commands(repository: Repository) -> None:
    for key in repository.own_settings():
        if _COMMANDS.match(key.lower()):
            raise RemoteError(
                f"The vault's .git/config sets {key}, which decides what git runs or whom it talks to",
                f"If it is yours, set it for yourself (git config --global {key} …) and remove it there",
            )


def _config(repository: Repository, key: str) -> str:
    outcome = repository.attempt("config", "--get", "--end-of-options", key)
    return outcome.output.decode("utf-8", "replace").strip() if outcome.status == 0 else ""


def _refusal(error: str) -> str:
    return next((line.strip() for line in error.splitlines() if _REFUSED.search(line)), "")


def _own(error: str) -> str:
    """Return what git here says, without the lines that the remote lets it say."""
    return "\n".join(line for line in error.splitlines() if not line.startswith("remote:"))
