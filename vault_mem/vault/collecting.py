"""Whether a `git gc` runs on a repository. Source: git's `builtin/gc.c`, `lock_repo_for_gc`."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

_STALE_SECONDS = 12 * 3600


def is_collecting(common_dir: Path) -> bool:
    """Whether a `git gc` holds the repository; one that was killed counts for 12 hours where that cannot be known."""
    file = common_dir / "gc.pid"
    try:
        age = time.time() - file.stat().st_mtime
        pid, _, host = file.read_text(encoding="utf-8", errors="replace").partition(" ")
    except OSError:
        return False
    if age > _STALE_SECONDS:
        return False
    if host.strip() != socket.gethostname() or sys.platform == "win32" or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
