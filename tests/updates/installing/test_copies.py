"""Exactly the bytes that were judged go to the phone: a file that changed in between is never sent to its end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.apk import BytesSource
from phoneward.updates.installing import NotTheJudgedError
from phoneward.updates.installing.copying import PIECE, CopiedApk, copy_apk, new_folder, remove_leftovers, split_name

DATA = bytes(range(256)) * 10_000


@pytest.fixture
def copied(tmp_path: Path) -> CopiedApk:
    return copy_apk(BytesSource(DATA), new_folder(tmp_path / "above"), "base.apk")


def sent(apk: CopiedApk) -> bytes:
    return b"".join(apk.to_send().pieces())


def rewritten(apk: CopiedApk, data: bytes) -> None:
    apk.path.write_bytes(data)


def test_what_is_sent_is_what_was_copied_as_often_as_it_is_asked_for(copied: CopiedApk) -> None:
    assert sent(copied) == sent(copied) == DATA
    assert copied.to_send().size == len(DATA)
    assert copied.path.parent.stat().st_mode & 0o777 == 0o700
    assert copied.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("at", [0, PIECE - 1, PIECE, len(DATA) - 1])
def test_one_changed_byte_is_found_before_the_last_piece_is_sent(copied: CopiedApk, at: int) -> None:
    rewritten(copied, DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :])
    received = bytearray()

    def phone_reads() -> None:
        for piece in copied.to_send().pieces():
            received.extend(piece)

    with pytest.raises(NotTheJudgedError):
        phone_reads()
    assert len(received) < len(DATA), "the phone does not get enough to install it"


@given(st.sampled_from([b"", DATA[:-1], DATA + b"x", DATA[:PIECE], DATA[: PIECE + 5]]))
def test_another_length_is_found(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    copied = copy_apk(BytesSource(DATA), new_folder(tmp_path_factory.mktemp("above")), "base.apk")
    rewritten(copied, data)
    with pytest.raises(NotTheJudgedError):
        sent(copied)


def test_a_copy_that_is_gone_is_said_in_our_words(copied: CopiedApk) -> None:
    copied.path.unlink()
    with pytest.raises(NotTheJudgedError):
        sent(copied)


def test_a_file_or_link_that_waits_under_the_name_is_not_written_through(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (folder / "base.apk").symlink_to(victim)
    with pytest.raises(FileExistsError):
        copy_apk(BytesSource(DATA), folder, "base.apk")
    assert victim.read_bytes() == b"mine"


def test_what_killed_runs_left_is_removed_but_what_is_still_needed(tmp_path: Path) -> None:
    first, second = new_folder(tmp_path), new_folder(tmp_path)
    for folder in (first, second):
        copy_apk(BytesSource(b"x"), folder, "base.apk")
    (tmp_path / "other").mkdir()
    remove_leftovers(tmp_path, first.name)
    assert {path.name for path in tmp_path.iterdir()} == {first.name, "other"}
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"other"}
    remove_leftovers(tmp_path / "never made")


def test_names_in_the_set_are_androids() -> None:
    assert (split_name(""), split_name("config.de")) == ("base.apk", "split_config.de.apk")
