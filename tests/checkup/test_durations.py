"""How long each step took the last time: a cache that helps where it can and never stands in the way."""

from pathlib import Path

import pytest

from phoneward.checkup import durations
from phoneward.checkup.durations import MAX_VAULTS, NAME, past_durations, remember_durations


def test_each_vault_has_its_own_and_what_was_not_measured_now_stays(tmp_path: Path) -> None:
    cache = tmp_path / "new" / "cache"
    remember_durations(cache, "one", {"list": 1.0, "snapshots": 2.0})
    remember_durations(cache, "two", {"list": 9.0})
    remember_durations(cache, "one", {"list": 3.0})
    assert past_durations(cache, "one") == {"list": 3.0, "snapshots": 2.0}
    assert past_durations(cache, "two") == {"list": 9.0}
    assert past_durations(cache, "three") == {}
    assert [path.name for path in cache.iterdir()] == [NAME], "nothing is left beside it"
    assert (cache / NAME).stat().st_mode & 0o077 == 0


def test_the_vaults_that_were_looked_at_last_are_remembered(tmp_path: Path) -> None:
    for number in range(MAX_VAULTS):
        remember_durations(tmp_path, str(number), {"list": 1.0})
    remember_durations(tmp_path, "0", {"list": 2.0})
    remember_durations(tmp_path, "new", {"list": 3.0})
    known = [str(number) for number in range(MAX_VAULTS) if past_durations(tmp_path, str(number))]
    assert known == [str(number) for number in range(MAX_VAULTS) if number != 1]
    assert past_durations(tmp_path, "new")


@pytest.mark.parametrize("data", [
    b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"format": 2, "vaults": {"one": {"list": 1}}}',
    b'{"format": 1, "vaults": {"one": {"list": -1}}}', b'{"format": 1, "vaults": {"one": {"list": 1e300}}}',
    b'{"format": 1, "vaults": {"one": {"list": "soon"}}}',
    b'{"format": 1, "vaults": {"one": {"list": 1}}}' + b" " * durations.MAX_BYTES,
])  # fmt: skip
def test_a_file_that_is_not_ours_is_no_memory_and_is_written_anew(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    assert past_durations(tmp_path, "one") == {}
    remember_durations(tmp_path, "one", {"list": 1.0})
    assert past_durations(tmp_path, "one") == {"list": 1.0}


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for cache in (None, tmp_path / "file", tmp_path / "file" / "below"):
        remember_durations(cache, "one", {"list": 1.0})
        assert past_durations(cache, "one") == {}
    remember_durations(tmp_path, "one", {})
    assert not (tmp_path / NAME).exists()
