"""Memory that was freed goes back to the system, whatever was freed before."""

import platform
import subprocess
import sys

import pytest

from bot.adapters.heap import OWN_PAGES_FROM

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another malloc")

LARGE, BLOCKS = 8 * OWN_PAGES_FROM, 100
# What is freed first tells glibc to keep blocks of that size; what stays lies between the blocks.
BUSY_HOUR = f"""
import os
from bot.adapters.heap import give_back_freed
{{begin}}
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
bytes({4 * LARGE})
before = resident()
blocks, stays = [], []
for _ in range({BLOCKS}):
    blocks.append(b"x" * {LARGE})
    stays.append(b"y" * 1000)
blocks.clear()
print(resident() - before)
"""


def _left(begin):
    """Bytes that a process has more than before its busy hour."""
    command = [sys.executable, "-c", BUSY_HOUR.format(begin=begin)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_blocks_between_what_stays_are_given_back():
    assert _left("give_back_freed()") < BLOCKS * LARGE / 10


def test_glibc_by_itself_keeps_them():
    assert _left("") > BLOCKS * LARGE / 2
