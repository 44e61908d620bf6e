"""Folders that only their owner may look into."""

import stat

from bot.adapters.folders import make_private


def mode_of(folder):
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_folder_and_those_made_above_it_are_their_owners_only(tmp_path):
    make_private(tmp_path / "var" / "log" / "today")
    assert [mode_of(tmp_path / way) for way in ("var", "var/log", "var/log/today")] == [0o700] * 3


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_private(shared / "log")
    make_private(shared)
    assert mode_of(shared) == 0o755
