"""`phoneward watch scan`: which app keeps a copy of which picture, and since when, for people and for programs."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.snapshots.catalogue.histories import File, new_repository
from tests.watch.scanning.phones import at, jpeg, put, screens, shot

BANK = "Android/data/com.example.bank"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A vault with two snapshots of a phone on which a bank's app keeps copies."""
    top = tmp_path_factory.mktemp("scanned")
    (top / "home").mkdir()
    repo = new_repository(top / "vault")
    files = {shot(number): File(screens()[number].data, at(number, 0.2)) for number in range(2)} | {
        f"shared/{BANK}/files/a": File(screens()[0].data, at(0, 4)),
        f"shared/{BANK}/cache/b.0": File(jpeg(screens()[1].data, width=540), at(1, 9)),
        "shared/DCIM/.thumbnails/1.jpg": File(jpeg(screens()[0].data, width=320), at(5)),
    }
    for day in (0, 41):
        put(repo, files, day=day)
    return Program(top / "home", {"PHONEWARD_REPOSITORY": str(top / "vault"), "PHONEWARD_PASSWORD": "x", "TZ": "UTC"})


def test_a_person_reads_which_app_keeps_what(scanned: Program) -> None:
    """App, picture, how soon it was written; ordinary copies are counted."""
    ran = scanned.run("watch", "scan")
    assert ran.code == 0, ran.stderr
    assert "com.example.bank keeps an exact copy of your screenshot of 14 November 2023 (Screenshot_" in ran.stdout
    assert "written 4 seconds later. It has lain there for 41 days." in ran.stdout
    assert "com.example.bank keeps a smaller copy of your screenshot" in ran.stdout
    assert "1 more copy has an ordinary cause" in ran.stdout
    assert "2 pictures of yours were compared with 3 pictures in 3 files of apps." in ran.stdout
    assert "Folders that people fill themselves" in ran.stdout
    assert "留有" in scanned.run("watch", "scan", "--lang", "zh_CN").stdout


def test_programs_read_json_lines(scanned: Program) -> None:
    """One line a copy, then how it ended; nothing else on standard output."""
    *copies, summary = scanned.run("watch", "scan", "--json", "--all").documents
    assert [copy["message_type"] for copy in copies] == ["app_copy"] * 3
    first = next(copy for copy in copies if copy["path"] == f"/shared/{BANK}/files/a")
    assert first["sha256"] == first["original_sha256"] == hashlib.sha256(screens()[0].data).hexdigest()
    assert (first["package"], first["kind"], first["distinguishable"]) == ("com.example.bank", "identical", True)
    assert (first["gap_s"], first["taken_by"], first["cause"], first["tier"]) == (4.0, "name", "unknown", "observed")
    assert first["since"] is not None, "the first snapshot had it already"
    assert {copy["cause"] for copy in copies if copy["thumbnail"]} == {"thumbnail"}
    assert (summary["own"], summary["files"], summary["copies"], summary["unexplained"]) == (2, 3, 3, 2)
    assert (summary["by_bytes"], summary["damaged"]) == (False, 0)


def test_what_was_said_of_a_picture_is_remembered_and_fails_a_check(scanned: Program) -> None:
    """`--sensitive` is kept in the vault until it is taken back; `--fail-on` ends with 4."""
    assert scanned.run("watch", "scan", "--sensitive", "Pictures/Screenshots=my bank").code == 0
    ran = scanned.run("watch", "scan", "--fail-on", "warning")
    assert ran.code == 4
    assert "You said of it: my bank." in ran.stdout
    assert "my bank" not in scanned.run("watch", "scan", "--sensitive", "Pictures/Screenshots=").stdout
    assert scanned.run("watch", "scan", "--app", "com.other", "--fail-on", "advice").code == 0
    assert scanned.run("watch", "scan", "--sensitive", "x").code == 2


def test_a_page_with_the_pictures_side_by_side(scanned: Program, tmp_path: Path) -> None:
    """It needs nothing else, forbids everything else, and holds only pictures of our own making."""
    page = tmp_path / "copies.html"
    assert scanned.run("watch", "scan", "--html", page).code == 0
    text = page.read_text("utf-8")
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    pictures = list(_pictures(text))
    assert len(pictures) == 4
    assert not any(screens()[number].data in pictures for number in range(2))
    assert all(picture.startswith(b"\xff\xd8\xff") and b"Exif" not in picture for picture in pictures)
    assert scanned.run("watch", "scan", "--html", page).code == 0, "an earlier page is replaced"
    other = tmp_path / "other.html"
    other.write_text("mine")
    assert scanned.run("watch", "scan", "--html", other).code == 2
    assert other.read_text() == "mine"


def _pictures(text: str) -> Iterator[bytes]:
    for part in text.split('src="data:image/jpeg;base64,')[1:]:
        yield base64.b64decode(part.partition('"')[0])


def test_both_pictures_as_evidence(scanned: Program, tmp_path: Path) -> None:
    """The very bytes, with checksums and a manifest, into a folder that must be new."""
    folder = tmp_path / "evidence"
    assert scanned.run("watch", "scan", "--evidence", folder).code == 0
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert len(manifest["exported"]) == 2
    for row in manifest["exported"]:
        for which, name in row["files"].items():
            sha256 = row["sha256"] if which == "copy" else row["original_sha256"]
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    held = {path.name: path for path in folder.iterdir() if path.name != "SHA256SUMS"}
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in held.items()}
    assert oct((folder / next(iter(held))).stat().st_mode & 0o777) == oct(0o600)
    assert scanned.run("watch", "scan", "--evidence", folder).code == 2
