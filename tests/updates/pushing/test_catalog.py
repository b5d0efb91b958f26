"""A whole store: what must not go out, whoever reads the files, and wherever the run was stopped."""

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from phoneward.updates import pushing
from phoneward.updates.pushing import ProblemKind, runners
from phoneward.updates.pushing.records import Record
from tests.updates.pushing.store import store_in


def run(
    store: Path, runner: runners.Runner = runners.here, history: Path | None = None
) -> tuple[list[tuple[str, ProblemKind]], pushing.Catalog]:
    """Run the catalogue over a store; returns the problems, and what was counted."""
    counted = pushing.Catalog()
    with pushing.Journal(history or store / "history.jsonl") as journal:
        new = pushing.files_in(store / "candidates")
        for _record in pushing.read_files([*pushing.files_in(store / "published"), *new], journal, runner):
            counted.read += 1
        found = [(Path(one.path).name, one.kind) for one in pushing.problems(new, journal, counted)]
    return found, counted


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_in(tmp_path_factory.mktemp("store"))


WRONG = [("chat-8.apk", ProblemKind.WIPES), ("damaged.apk", ProblemKind.NOT_AN_APP)]


def test_what_must_not_go_out_is_named_and_nothing_else(store: Path, tmp_path: Path) -> None:
    found, counted = run(store, history=tmp_path / "h")
    assert found == WRONG
    assert (counted.candidates, counted.read, counted.new_apps, counted.problems) == (6, 10, 1, 2)


@pytest.mark.slow
def test_processes_find_the_same(store: Path, tmp_path: Path) -> None:
    assert run(store, runners.by_processes(2), tmp_path / "h")[0] == WRONG
    run(store, history=tmp_path / "one")
    assert (tmp_path / "h").read_bytes() == (tmp_path / "one").read_bytes()


@pytest.mark.slow
def test_a_ray_cluster_finds_the_same(store: Path, tmp_path: Path) -> None:
    assert run(store, pushing.by_ray(None), tmp_path / "h")[0] == WRONG
    run(store, history=tmp_path / "one")
    assert (tmp_path / "h").read_bytes() == (tmp_path / "one").read_bytes()


def test_a_run_that_was_stopped_goes_on(store: Path, tmp_path: Path) -> None:
    def stopped(paths: Iterable[str]) -> Iterator[Record]:
        yield from itertools.islice(runners.here(paths), 4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, stopped, tmp_path / "h")
    found, counted = run(store, history=tmp_path / "h")
    assert found == WRONG
    assert counted.read == 6


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    store_in(tmp_path)
    run(tmp_path)
    os.utime(tmp_path / "candidates/notes-2.apk", ns=(1, 1))
    found, counted = run(tmp_path)
    assert found == WRONG
    assert counted.read == 1


@pytest.mark.slow
def test_a_file_that_kills_its_reader_is_named_and_the_run_goes_on(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of the pool is killed for real (SIGKILL, as the system does it when memory runs out)."""
    monkeypatch.setattr(runners, "read_record", _killed_by_chat)
    found, counted = run(store, runners.by_processes(2), tmp_path / "h")
    assert ("chat-8.apk", ProblemKind.NOT_AN_APP) in found
    assert ("damaged.apk", ProblemKind.NOT_AN_APP) in found
    assert counted.read == 10


def _killed_by_chat(path: str) -> Record:
    from phoneward.updates.pushing.records import read_record

    if path.endswith("chat-8.apk"):
        os.kill(os.getpid(), 9)
    return read_record(path)


def test_an_earlier_signer_counts_too(tmp_path: Path) -> None:
    """Phones that never took the last update still have the version before it, of another signer."""
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", "1.apk", make_apk(NOTES, version_code=1, keys=(OURS,)))
    put(tmp_path / "published", "2.apk", make_apk(NOTES, version_code=2, keys=(THEIRS,)))
    put(tmp_path / "candidates", "3.apk", make_apk(NOTES, version_code=3, keys=(THEIRS,)))
    found, _counted = run(tmp_path)
    assert found == [("3.apk", ProblemKind.WIPES)]


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "x.apk").write_bytes(b"")
    assert pushing.files_in(tmp_path) == [str(tmp_path / "x.apk")]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    from phoneward.updates.pushing.errors import CatalogFolderError

    with pytest.raises(CatalogFolderError, match="cannot be listed"):
        pushing.files_in(tmp_path / "none")


def test_the_same_version_of_another_signer_is_named(tmp_path: Path) -> None:
    """A candidate with the number of a version that went out already is put over it on every phone that has it."""
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", "7.apk", make_apk(NOTES, version_code=7, keys=(OURS,)))
    put(tmp_path / "candidates", "7-again.apk", make_apk(NOTES, version_code=7, keys=(THEIRS,)))
    put(tmp_path / "candidates", "7-same.apk", make_apk(NOTES, version_code=7, keys=(OURS,)))
    found, counted = run(tmp_path)
    assert ("7-again.apk", ProblemKind.WIPES) in found
    assert counted.new_apps == 0


def test_an_app_that_says_very_much_of_itself_is_named_and_not_passed_over(tmp_path: Path) -> None:
    """What is read of it does not fit a line of the history: then it is not known, and it must not go out."""
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", "1.apk", make_apk(NOTES, version_code=1, keys=(OURS,)))
    many = [f"org.example.permission{number}" for number in range(45_000)]
    wordy = make_apk(NOTES, version_code=2, permissions=many, keys=(THEIRS,))
    put(tmp_path / "candidates", "2.apk", wordy)
    found, counted = run(tmp_path)
    assert [name for name, _kind in found] == ["2.apk"]
    assert counted.candidates == 1


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="file names are text there")
def test_a_file_name_that_is_no_text_does_not_end_the_run(tmp_path: Path) -> None:
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", os.fsdecode(b"\xff.apk"), make_apk(NOTES, version_code=1, keys=(OURS,)))
    put(tmp_path / "candidates", os.fsdecode(b"\xfe.apk"), make_apk(NOTES, version_code=2, keys=(THEIRS,)))
    found, _counted = run(tmp_path)
    again, counted = run(tmp_path)
    assert found == again == [(os.fsdecode(b"\xfe.apk"), ProblemKind.WIPES)]
    assert counted.read == 0


@pytest.mark.skipif(os.name == "nt", reason="there nothing tells that a file was changed but its size and time")
def test_another_file_of_the_same_size_and_time_is_read_again(tmp_path: Path) -> None:
    """Whoever hands in a candidate can give it any time, and fill it up to any size."""
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", "1.apk", make_apk(NOTES, version_code=1, keys=(OURS,)))
    place = put(tmp_path / "candidates", "2.apk", make_apk(NOTES, version_code=2, keys=(OURS,)))
    os.utime(place, ns=(1, 1))
    assert run(tmp_path)[0] == []
    size = place.stat().st_size
    place.unlink()
    put(tmp_path / "candidates", "2.apk", make_apk(NOTES, version_code=2, keys=(THEIRS,)))
    os.truncate(place, size)
    os.utime(place, ns=(1, 1))
    assert [name for name, _kind in run(tmp_path)[0]] == ["2.apk"]


def test_a_low_number_does_not_hide_another_signer(tmp_path: Path) -> None:
    """An early version may lie among the candidates; a stranger's file with a low number is no early version."""
    from tests.apk.making import make_apk
    from tests.updates.pushing.store import NOTES, OURS, THEIRS, put

    put(tmp_path / "published", "7.apk", make_apk(NOTES, version_code=7, keys=(OURS,)))
    put(tmp_path / "candidates", "early.apk", make_apk(NOTES, version_code=4, keys=(OURS,)))
    assert run(tmp_path)[0] == []
    other = tmp_path / "other"
    put(other / "published", "7.apk", make_apk(NOTES, version_code=7, keys=(OURS,)))
    put(other / "candidates", "5.apk", make_apk(NOTES, version_code=5, keys=(THEIRS,)))
    found, counted = run(other)
    assert found == [("5.apk", ProblemKind.WIPES)]
    assert counted.new_apps == 0
