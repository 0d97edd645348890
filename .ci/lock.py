"""Print uv.lock as constraints for pip, so that `pip install` gives the locked versions.

Usage: python .ci/lock.py uv.lock > constraints.txt

A package that is locked to several versions has a line for each, with the markers of its fork.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any


def constraints(lock: dict[str, Any]) -> list[str]:
    """Return a line `name==version ; marker` for each package of the lock but the project itself."""
    packages = [package for package in lock["package"] if "registry" in package["source"]]
    return [f"{package['name']}=={package['version']}{_marker(package)}" for package in packages]


def _marker(package: dict[str, Any]) -> str:
    markers = package.get("resolution-markers", ())
    return " ; " + " or ".join(f"({marker})" for marker in markers) if markers else ""


if __name__ == "__main__":
    sys.stdout.write("\n".join(constraints(tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))) + "\n")
