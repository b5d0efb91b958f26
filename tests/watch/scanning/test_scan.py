"""A person sees every copy of their pictures that an app keeps: of which app, from when, and for how long."""

import datetime as dt
import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from phoneward import vault
from phoneward.media import Kind
from phoneward.snapshots import Change, OwnerState
from phoneward.vault import BlobMissingError, Node, NoSnapshotsError, Repository
from phoneward.watch import AppCopy, Cause, Scanned, kept_scan, mark_sensitive, picture_bytes, picture_shown, scan
from phoneward.watch.scanning import looking, reading
from phoneward.watch.scanning.listing import StoredFile
from tests.snapshots.catalogue.histories import File, new_repository
from tests.watch.scanning.phones import asking, at, days, jpeg, put, screens, shot

BANK = "shared/Android/data/com.example.bank"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def owned(count: int = 3) -> dict[str, File]:
    """Return screenshots of the owner's."""
    return {shot(number): File(screens()[number].data, at(number, 0.4)) for number in range(count)}


def by_path(scanned: Scanned) -> dict[str, AppCopy]:
    """Return copies by where they lie."""
    return {"/".join((copy.path.strip("/"), *copy.inside)): copy for copy in scanned.copies}


def test_every_kind_of_copy_is_found_and_what_is_no_copy_is_not(repo: Repository, tmp_path: Path) -> None:
    """The same bytes, saved anew, smaller and cropped; another screen of the app's own is none."""
    one, two, other = screens()[0].data, screens()[1].data, screens()[5].data
    files = {
        **owned(),
        f"{BANK}/files/a": File(one, at(0, 4)),
        f"{BANK}/cache/b.0": File(jpeg(two), at(1, 5)),
        f"{BANK}/cache/c.cnt": File(b"head" * 24 + jpeg(two, width=540), at(2, 0)),
        f"{BANK}/files/d": File(jpeg(one, crop=0.1), at(3, 0)),
        f"{BANK}/files/own.png": File(other, at(4, 0)),
        f"{BANK}/files/text": File(b"no picture", at(4, 0)),
    }
    put(repo, files)
    scanned = scan(asking(repo, tmp_path / "cache"))
    found = by_path(scanned)
    kinds = {path.removeprefix(BANK + "/"): copy.verdict.kind for path, copy in found.items()}
    assert kinds == {
        "files/a": Kind.IDENTICAL,
        "cache/b.0": Kind.RE_ENCODED,
        "cache/c.cnt": Kind.SMALLER,
        "files/d": Kind.CROPPED,
    }
    assert (scanned.own, scanned.files, scanned.pictures, scanned.is_by_bytes) == (3, 6, 5, False)
    copy = found[f"{BANK}/files/a"]
    assert (copy.package, copy.original, copy.cause) == ("com.example.bank", "/" + shot(0), Cause.UNKNOWN)
    assert (copy.taken, copy.taken_by, copy.gap) == (days(0), "name", dt.timedelta(seconds=4))
    assert found[f"{BANK}/cache/c.cnt"].offset == 96


def test_a_second_look_opens_nothing_that_was_seen(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next snapshot costs only what is new, and says the same of the rest."""
    files = {**owned(), f"{BANK}/files/a": File(jpeg(screens()[0].data), at(0, 4))}
    put(repo, files)
    first = scan(asking(repo, tmp_path / "cache"))
    put(repo, {**files, f"{BANK}/files/new": File(jpeg(screens()[2].data, width=600), at(9))}, day=1)
    opened: list[bytes] = []
    pictures_in = reading.pictures_in

    def noting(repo: Repository, file: StoredFile, left_out: set[str]) -> object:
        opened.append(file.path)
        return pictures_in(repo, file, left_out)

    monkeypatch.setattr(looking, "pictures_in", noting)
    second = scan(asking(repo, tmp_path / "cache"))
    assert opened == [f"/{BANK}/files/new".encode()]
    assert len(second.copies) == len(first.copies) + 1
    assert by_path(second)[f"{BANK}/files/a"].verdict == by_path(first)[f"{BANK}/files/a"].verdict
    third = {**files, shot(7): File(screens()[7].data, at(7)), f"{BANK}/files/b": File(jpeg(screens()[7].data), at(7))}
    put(repo, third, day=2)
    assert by_path(scan(asking(repo, tmp_path / "cache")))[f"{BANK}/files/b"].original == "/" + shot(7)


def test_a_new_picture_of_the_owners_is_compared_with_what_apps_kept_before(repo: Repository, tmp_path: Path) -> None:
    """An app may have had a picture before it came into the camera folder: whole, or a part of it."""
    kept = {
        f"{BANK}/files/a": File(jpeg(screens()[4].data), at(0, 4)),
        f"{BANK}/files/b": File(jpeg(screens()[4].data, crop=0.1), at(0, 4)),
    }
    put(repo, {**owned(1), **kept})
    assert not scan(asking(repo, tmp_path / "cache")).copies
    put(repo, {**owned(1), **kept, shot(4): File(screens()[4].data, at(4))}, day=1)
    copies = scan(asking(repo, tmp_path / "cache")).copies
    assert {copy.verdict.kind for copy in copies} == {Kind.RE_ENCODED, Kind.CROPPED}
    assert {(copy.original, copy.cause) for copy in copies} == {("/" + shot(4), Cause.RECEIVED)}


def test_how_long_a_copy_has_lain_there(repo: Repository, tmp_path: Path) -> None:
    """Without a break, back to the oldest snapshot that has it; nothing of it is read for that."""
    plain = owned()
    one = {f"{BANK}/files/a": File(screens()[0].data, at(0, 4))}
    two = {f"{BANK}/files/b": File(screens()[1].data, at(1, 4))}
    put(repo, {**plain, **one})
    put(repo, {**plain, **one, **two}, day=10)
    put(repo, {**plain, **one, **two}, day=11, device="another")
    put(repo, {**plain, **one}, day=12)
    put(repo, {**plain, **one, **two}, day=41)
    found = by_path(scan(asking(repo, tmp_path / "cache")))
    assert found[f"{BANK}/files/a"].since == days(0)
    assert found[f"{BANK}/files/b"].since is None


def test_ordinary_causes_are_named(repo: Repository) -> None:
    """A thumbnail, a picture that was sent, one that came first, an editor's, a backup's: nobody is accused."""
    one, two = screens()[0].data, screens()[1].data
    small = jpeg(one, width=320)
    places = {
        "shared/DCIM/.thumbnails/1.jpg": (small, Cause.THUMBNAIL),
        "shared/Android/data/com.miui.gallery/files/gallery_disk_cache/x.0": (small, Cause.THUMBNAIL),
        "shared/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Sent/IMG.jpg": (jpeg(one), Cause.SENT),
        "shared/Android/data/com.tencent.mm/MicroMsg/0f3c/image2/aa/bb/x.jpg": (jpeg(one), Cause.SENT),
        "shared/Android/data/com.niksoftware.snapseed/files/x.jpg": (jpeg(one), Cause.EDITED),
        "shared/Android/data/com.google.android.apps.photos/files/x.jpg": (one, Cause.BACKED_UP),
        "shared/Android/data/com.tencent.mm/files/other": (jpeg(one), Cause.UNKNOWN),
        "shared/Pictures/Nobody/x.png": (one, Cause.UNKNOWN),
    }
    files = {path: File(data, at(5)) for path, (data, _cause) in places.items()}
    received = "shared/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-1.jpg"
    put(repo, {**owned(1), **files, shot(1): File(two, at(9)), received: File(two, at(-20))})
    found = by_path(scan(asking(repo)))
    assert {path: found[path].cause for path in places} == {path: cause for path, (_data, cause) in places.items()}
    assert found[received].cause is Cause.RECEIVED
    assert {path for path, copy in found.items() if copy.is_thumbnail} == set(list(places)[:2])
    assert found["shared/Pictures/Nobody/x.png"].package == ""


def test_copies_in_a_database_and_a_zip_and_in_second_spaces(repo: Repository) -> None:
    """App twins, cards and apps' inner folders are looked through; a container's time says nothing of its pictures."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE pics (data BLOB)")
    for number in (3, 0):
        connection.execute("INSERT INTO pics VALUES (?)", (jpeg(screens()[number].data),))
    connection.commit()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("s/1", screens()[1].data)
    files = {
        "appdata/com.example.bank/databases/x.db": File(connection.serialize(), at(5)),
        "users/999/Android/data/com.twin/files/z": File(zipped.getvalue(), at(5)),
        "volumes/1A2B-3C4D/Loose/s.png": File(screens()[2].data, at(5)),
        "shared/Download/s.png": File(screens()[2].data, at(5)),
    }
    put(repo, {**owned(), **files})
    found = by_path(scan(asking(repo)))
    packages = {path: copy.package for path, copy in found.items()}
    assert packages == {
        "appdata/com.example.bank/databases/x.db/pics[2].1": "com.example.bank",
        "users/999/Android/data/com.twin/files/z/s/1": "com.twin",
        "volumes/1A2B-3C4D/Loose/s.png": "",
    }
    assert found["appdata/com.example.bank/databases/x.db/pics[2].1"].gap is None


def test_what_the_person_says_of_a_picture_stands_with_its_copies(repo: Repository, tmp_path: Path) -> None:
    """Of one picture, or of all in a folder; also afterwards, without another look."""
    put(
        repo,
        {**owned(), f"{BANK}/a": File(screens()[0].data, at(0, 4)), f"{BANK}/b": File(screens()[1].data, at(1, 4))},
    )
    changes = [mark_sensitive(shot(0), "my  bank"), mark_sensitive("Pictures/Screenshots", "screens")]
    state = OwnerState().changed(changes, now_ns=1, writer="x")
    scan(asking(repo, tmp_path / "cache"))
    kept = kept_scan(asking(repo, tmp_path / "cache", state=state))
    assert kept is not None
    assert {copy.path: copy.label for copy in kept.copies} == {f"/{BANK}/a": "my bank", f"/{BANK}/b": "screens"}
    nonsense = OwnerState().changed([Change("watch-sensitive", "/shared", 4)], now_ns=1, writer="x")
    kept = kept_scan(asking(repo, tmp_path / "cache", state=nonsense))
    assert kept is not None
    assert not any(copy.label for copy in kept.copies)


def test_the_last_result_is_kept_and_another_snapshot_has_none(repo: Repository, tmp_path: Path) -> None:
    """The checkup answers at once; without a look it says that nobody looked."""
    with pytest.raises(NoSnapshotsError):
        scan(asking(repo))
    put(repo, {**owned(), f"{BANK}/a": File(jpeg(screens()[0].data), at(0, 4))})
    cache = tmp_path / "cache"
    assert kept_scan(asking(repo, cache)) is None
    scanned = scan(asking(repo, cache))
    assert kept_scan(asking(repo, cache)) == scanned
    assert scanned.copies
    put(repo, owned(), day=1)
    assert kept_scan(asking(repo, cache)) is None
    assert kept_scan(asking(repo)) is None


def test_without_the_extra_only_the_very_same_bytes_are_looked_for(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is said; once the parts are installed, the rest is found too."""
    put(
        repo, {**owned(), f"{BANK}/a": File(b"x" * 200 + screens()[0].data), f"{BANK}/b": File(jpeg(screens()[1].data))}
    )
    with monkeypatch.context() as without:
        without.setattr(looking, "has_extra", lambda: False)
        scanned = scan(asking(repo, tmp_path / "cache"))
    assert scanned.is_by_bytes
    assert [copy.path for copy in scanned.copies] == [f"/{BANK}/a"]
    assert {copy.path for copy in scan(asking(repo, tmp_path / "cache")).copies} == {f"/{BANK}/a", f"/{BANK}/b"}


def test_folders_the_person_names_are_theirs(repo: Repository) -> None:
    """A copy of a family picture counts once the family's folder is named, in whatever case."""
    put(
        repo,
        {"shared/Pictures/Familie/x.png": File(screens()[0].data, at()), f"{BANK}/a": File(screens()[0].data, at(1))},
    )
    assert not scan(asking(repo)).copies
    (copy,) = scan(asking(repo), mine=("pictures/familie/",)).copies
    assert copy.path == f"/{BANK}/a"


def test_both_pictures_can_be_had_again(repo: Repository) -> None:
    """The very bytes for evidence, and a small one of our own making to show."""
    one = screens()[0].data
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE pics (data BLOB)")
    connection.execute("INSERT INTO pics VALUES (?)", (one,))
    connection.commit()
    put(repo, {**owned(), f"{BANK}/a": File(connection.serialize()), f"{BANK}/b": File(b"head" + jpeg(one) + b"tail")})
    asked = asking(repo)
    assert asked.snapshot is not None
    for copy, data in zip(sorted(scan(asked).copies, key=lambda one: one.path), (one, jpeg(one)), strict=True):
        assert picture_bytes(repo, asked.snapshot, copy, which="copy") == data
        assert picture_bytes(repo, asked.snapshot, copy, which="original") == one
        shown = picture_shown(repo, asked.snapshot, copy, which="copy", width=100)
        assert shown is not None
        assert shown.startswith(b"\xff\xd8\xff")


def test_what_is_damaged_is_named_and_hides_nothing_else(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost piece of the vault is one file that was not looked at; once it is repaired, it is."""
    put(
        repo,
        {**owned(), f"{BANK}/a": File(screens()[0].data, at(1)), f"{BANK}/b": File(jpeg(screens()[1].data), at(1))},
    )

    def broken(repo: Repository, node: Node, **more: int) -> object:
        if node.name == b"b":
            raise BlobMissingError(blob="x")
        return vault.open_file(repo, node, **more)

    with monkeypatch.context() as damaged:
        damaged.setattr(reading, "open_file", broken)
        scanned = scan(asking(repo, tmp_path / "cache"))
    assert [copy.path for copy in scanned.copies] == [f"/{BANK}/a"]
    assert any(f"/{BANK}/b" in str(one) for one in scanned.not_looked_at)
    assert len(scan(asking(repo, tmp_path / "cache")).copies) == 2
