"""The cache of unpacked packages: whole or not there, once for all, in parallel too."""

import threading
from pathlib import Path

import pytest

from tests.tools import debian


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEWARD_TEST_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("own_cache")
def test_built_once_even_by_many_at_a_time(tmp_path: Path) -> None:
    built: list[Path] = []
    started = threading.Barrier(8)

    def build(work: Path) -> None:
        built.append(work)
        (work / "file").write_text("whole")

    def run() -> None:
        started.wait()
        assert (debian.build_once(tmp_path / "place", build) / "file").read_text() == "whole"

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(built) == 1


@pytest.mark.usefixtures("own_cache")
def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def fail(work: Path) -> None:
        (work / "half").touch()
        raise RuntimeError("no network")

    with pytest.raises(RuntimeError, match="no network"):
        debian.build_once(tmp_path / "place", fail)
    assert not (tmp_path / "place").exists()
    assert [path for path in tmp_path.iterdir() if path.name != "cache"] == []


@pytest.mark.usefixtures("own_cache")
def test_one_build_may_need_another(tmp_path: Path) -> None:
    def outer(work: Path) -> None:
        debian.build_once(tmp_path / "b" / "name", lambda inner: (inner / "x").touch())
        (work / "y").touch()

    assert (debian.build_once(tmp_path / "a" / "name", outer) / "y").exists()


def test_apt_failures_are_told_in_its_words() -> None:
    with pytest.raises(debian.DebianPackagesError, match="no-such-package-in-any-release"):
        debian.unpacked("no-such-package-in-any-release", debian.BASE_SUITE)


@pytest.mark.usefixtures("own_cache")
def test_a_machine_that_never_ran_apt_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lists/partial").mkdir(parents=True)
    (tmp_path / "apt.conf").write_text(f'Dir::State::lists "{tmp_path}/lists";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    assert any(origin == "Debian" for *_rest, origin in debian._index_targets())
