from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

CODE = """
import ctypes, threading
from vault_mem.mcp.heap import use_one_heap
if {is_asked}:
    use_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
started = threading.Barrier(4)

def work():
    started.wait()
    libc.malloc(1000)
    started.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_stats()
"""


def has_glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_stats")


@pytest.mark.skipif(not has_glibc(), reason="only glibc has several heaps")
@pytest.mark.parametrize("is_asked", [False, True])
def test_threads_share_one_heap(is_asked: bool) -> None:
    command = [sys.executable, "-c", CODE.format(is_asked=is_asked)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Arena 0" in ended.stderr
    assert ("Arena 1" in ended.stderr) is not is_asked
