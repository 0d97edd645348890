from __future__ import annotations

import subprocess
import sys

CODE = """
import os, subprocess, sys
from vault_mem.mcp.stdio import Wire
with Wire() as wire:
    print("early")
    os.write(1, b"early\\n")
    subprocess.run([sys.executable, "-c", "print('child')"], check=True)
    wire.hand_over()
    os.write(1, b"protocol\\n")
    print("left in the buffer")
print("late")
"""


def test_only_the_protocol_reaches_stdout() -> None:
    done = subprocess.run([sys.executable, "-E", "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "protocol\n"
    assert sorted(done.stderr.split("\n")) == ["", "child", "early", "early", "late", "left in the buffer"]


def test_a_closed_stderr_is_no_reason_to_fail() -> None:
    code = "import os; os.close(2)\n" + CODE.replace("    subprocess.run", "    # subprocess.run")
    done = subprocess.run([sys.executable, "-E", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "protocol\n" in done.stdout
