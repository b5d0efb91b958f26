"""The judges themselves: each restic is the version it is called, and the runner reports what it says."""

from pathlib import Path

import pytest

from tests.tools import restic as tool


@pytest.mark.parametrize("version", tool.ALL_RESTICS)
def test_each_version_is_itself(version: str, tmp_path: Path) -> None:
    said = tool.Restic(tool.restic(version), tmp_path / "r", "pw", tmp_path / "cache").run("version").split()
    assert said[0] == "restic"
    if version == tool.ALL_RESTICS[-1]:  # from the rolling release
        assert tuple(map(int, said[1].split(".")[:2])) >= tuple(map(int, version.split(".")))
    else:
        assert said[1].startswith(version + ".")


def test_a_round_trip(restic_program: Path, tmp_path: Path) -> None:
    runner = tool.Restic(restic_program, tmp_path / "r", "pass word", tmp_path / "cache")
    runner.init()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").write_bytes(b"content")
    summary = runner.backup("data", cwd=tmp_path)
    runner.check()
    snapshots = runner.snapshots()
    assert len(snapshots) == 1
    assert snapshots[0]["id"].startswith(summary["snapshot_id"])
    runner.restore("latest", tmp_path / "out")
    assert [path.read_bytes() for path in (tmp_path / "out").rglob("file")] == [b"content"]
    assert runner.cat("config")["version"] == 2


def test_a_failure_carries_the_words(restic_program: Path, tmp_path: Path) -> None:
    with pytest.raises(tool.ResticError, match="repository") as caught:
        tool.Restic(restic_program, tmp_path / "nothing", "pw", tmp_path / "cache").snapshots()
    assert caught.value.returncode != 0
    assert caught.value.stderr


def test_a_wrong_password_is_refused(restic_program: Path, tmp_path: Path) -> None:
    tool.Restic(restic_program, tmp_path / "r", "right", tmp_path / "c1").init()
    with pytest.raises(tool.ResticError, match="wrong password"):
        tool.Restic(restic_program, tmp_path / "r", "wrong", tmp_path / "c2").snapshots()
