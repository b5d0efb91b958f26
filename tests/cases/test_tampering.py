"""Whatever is altered, removed, added or reordered in a sealed case is found, and the file is named."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.cases import Result, verify
from tests.cases.sealed import Sealed, bagit, openssl_verifies, sha256sum
from tests.cases.tampering import files_of, tamper

if TYPE_CHECKING:
    from collections.abc import Callable

NAMED_BY_WHAT_THEY_LIST = ("manifest-sha256.txt", "tagmanifest-sha256.txt", "SHA256SUMS")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampered")


@given(st.data())
@settings(
    max_examples=int(os.environ.get("TAMPERINGS", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_alteration_is_found_and_named(
    sealed: Sealed, unstamped: Sealed, place: Path, data: st.DataObject
) -> None:
    """One alteration of any kind in any file: BROKEN, and the problem names it (or what a manifest lists)."""
    original = data.draw(st.sampled_from((unstamped, sealed)))
    bag, keep = place / "bag", place / "kept"
    shutil.rmtree(bag, ignore_errors=True)
    keep.unlink(missing_ok=True)
    shutil.copytree(original.folder, bag)
    path = tamper(bag, data, keep)
    verdict = verify(bag, sealed.roots)
    if path is None:
        assert verdict.result is (Result.VERIFIED if original is sealed else Result.INTEGRITY_ONLY)
        assert verdict.problems == ()
        return
    assert verdict.result is Result.BROKEN
    told = [str(problem) for problem in verdict.problems]
    named = [problem for problem in told if path in problem]
    if not named and path.endswith(NAMED_BY_WHAT_THEY_LIST):  # what it lists is not what is there: that is named
        named = [problem for problem in told if path.rpartition("/")[2] in problem]
    assert named, (path, told)


@pytest.mark.parametrize("is_stamped", [True, False])
def test_each_file_alone_is_missed_and_its_change_is_seen(
    sealed: Sealed, unstamped: Sealed, tmp_path: Path, *, is_stamped: bool
) -> None:
    """No file of a sealed case is superfluous: not one can go, grow or change without a trace."""
    bag = tmp_path / "bag"
    shutil.copytree((sealed if is_stamped else unstamped).folder, bag)
    for path in files_of(bag):
        content = (bag / path).read_bytes()
        for other in (None, content + b"\n", b"", content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"):
            if other == content:
                continue
            (bag / path).unlink()
            if other is not None:
                (bag / path).write_bytes(other)
            else:
                assert f"{path} is missing." in map(str, verify(bag, sealed.roots).problems)
            verdict = verify(bag, sealed.roots)
            assert verdict.result is Result.BROKEN, (path, other)
            (bag / path).write_bytes(content)
    assert verify(bag, sealed.roots).problems == ()


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_manifest_has_one_way_of_being_written(unstamped: Sealed, tmp_path: Path, name: str) -> None:
    """What RFC 8493 would allow as well says the same and is other bytes: no stamp is needed to see it."""
    changes: list[Callable[[str], str]] = [
        lambda text: text.replace("  ", " "),
        lambda text: text.replace("  ", "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.upper(),
        lambda text: "".join(sorted(text.splitlines(keepends=True))),
        lambda text: text + "\n",
        lambda text: text[:-1],
        lambda text: text.replace("data/", "./data/").replace("README", "./README"),
        lambda text: text + text.splitlines(keepends=True)[-1],
        lambda text: "\ufeff" + text,
        lambda text: "# a comment\n" + text,
    ]
    for number, change in enumerate(changes):
        bag = tmp_path / f"{name}{number}"
        shutil.copytree(unstamped.folder, bag)
        text = (bag / name).read_bytes().decode()
        (bag / name).write_bytes(change(text).encode())
        told = " ".join(map(str, verify(bag).problems))
        assert f"{name}, line" in told or "./" in told, number


@pytest.mark.parametrize("line", [1, 3, 7, 11])
def test_the_altered_line_of_the_log_is_named(sealed: Sealed, tmp_path: Path, line: int) -> None:
    """A note is changed by one letter: the answer names that line, or the one that no longer follows from it."""
    bag = tmp_path / "bag"
    shutil.copytree(sealed.folder, bag)
    log = bag / "data" / "custody.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) == 11
    lines[line - 1] = lines[line - 1].replace("王小明".encode(), "王大明".encode())
    log.write_bytes(b"".join(lines))
    told = " ".join(map(str, verify(bag, sealed.roots).problems))
    assert f"data/custody.jsonl, line {min(line + 1, 11)}:" in told


@pytest.mark.parametrize("kept", [0, 1, 10])
def test_a_log_that_was_cut_says_how_many_lines_were_sealed(sealed: Sealed, tmp_path: Path, kept: int) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(sealed.folder, bag)
    log = bag / "data" / "custody.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:kept]))
    told = " ".join(map(str, verify(bag, sealed.roots).problems))
    assert f"11 lines were sealed, and {kept} are there" in told


def test_the_judges_agree_on_what_is_broken(sealed: Sealed, tmp_path: Path) -> None:
    """Each kind of damage that the standard programs look for is damage to us, and to them."""
    judges: list[tuple[str, Callable[[Path], bool]]] = [
        ("data/originals/chat.db", lambda bag: sha256sum(bag, "manifest-sha256.txt")),
        ("data/originals/chat.db", bagit),
        ("README.txt", lambda bag: sha256sum(bag, "tagmanifest-sha256.txt")),
        ("README.txt", bagit),
        ("tagmanifest-sha256.txt", lambda bag: openssl_verifies(bag, 2, sealed.ca)),
        ("seals/0002/timestamp.tsr", lambda bag: openssl_verifies(bag, 2, sealed.ca)),
    ]
    for number, (path, judge) in enumerate(judges):
        bag = tmp_path / str(number)
        shutil.copytree(sealed.folder, bag)
        assert judge(bag)
        content = bytearray((bag / path).read_bytes())
        content[-2] ^= 0x10
        (bag / path).write_bytes(content)
        assert not judge(bag)
        assert verify(bag, sealed.roots).result is Result.BROKEN


def test_bytes_of_a_token_that_no_signature_covers(sealed: Sealed, tmp_path: Path) -> None:
    """OpenSSL takes some altered tokens for good; the sums beside it do not."""
    bag = tmp_path / "bag"
    shutil.copytree(sealed.folder, bag)
    token = bag / "seals" / "0002" / "timestamp.tsr"
    content = bytearray(token.read_bytes())
    content[len(content) // 2] ^= 0x10
    token.write_bytes(content)
    assert openssl_verifies(bag, 2, sealed.ca)
    assert "seals/0002/timestamp.tsr was changed" in " ".join(map(str, verify(bag, sealed.roots).problems))
