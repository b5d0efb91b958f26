"""Pictures are found by what they are, wherever they lie; what cannot be looked at is named."""

import io
import random
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phoneward.media import FoundPicture, find_pictures
from phoneward.media.finding import LeftOut, find_in

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")


def picture(form: str = "JPEG", seed: int = 0, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """Return a small noisy picture as a file."""
    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(file, form, **options)
    return file.getvalue()


def found(data: bytes) -> list[FoundPicture]:
    """Return what is found, and see that reading it as a file gives the same."""
    from_bytes = list(find_pictures(data))
    assert list(find_in(io.BytesIO(data), len(data))) == from_bytes
    return from_bytes


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("before", [0, 93, 96, 1_048_576 - 5, 1_048_600])
def test_a_picture_is_found_whole_at_any_place(form: str, before: int) -> None:
    """Chromium's cache keeps a JPEG at 93 and a WebP at 96; a window's edge hides none."""
    data = picture(form)
    [one] = found(b"\0" * before + data + b"\xd8A\r\x97E o\xfa" * 6)
    assert (one.offset, one.header.format, one.data) == (before, form.lower(), data)
    assert (one.header.width, one.header.height) == (60, 40)


def test_thumbnails_one_after_another_are_all_found() -> None:
    """A chat app's container of thumbnails holds pictures of several formats behind each other."""
    many = [picture(FORMATS[number % 5], number) for number in range(60)]
    places = found(b"".join(many))
    assert [one.data for one in places] == many


def test_a_thumbnail_within_a_photo_is_no_picture_of_its_own() -> None:
    """A camera's JPEG carries a small JPEG in its EXIF data, also where the photo is cut off."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + picture(seed=1)
    photo = picture(size=(200, 200), exif=exif)
    assert photo.count(b"\xff\xd8\xff") == 2
    assert [one.data for one in found(photo)] == [photo]
    other = picture(seed=2)
    assert [one.offset for one in found(photo[:-500] + other)] == [0, len(photo) - 500]


def test_a_mediastore_thumbnail_container() -> None:
    """Android 4's `.thumbdata` keeps a JPEG in each slot of 10,000 bytes behind a flag, a number and a length."""
    jpegs = [picture(seed=number) for number in range(5)]
    slots = [b"\x01" + bytes(8) + len(jpeg).to_bytes(4, "big") + jpeg for jpeg in jpegs]
    assert [one.data for one in found(b"".join(slot.ljust(10_000, b"\0") for slot in slots))] == jpegs


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_pictures_in_a_database(page_size: int, encoding: str) -> None:
    """A picture in a cell is spread over pages: it is put together again, in tables with and without row numbers."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"PRAGMA page_size={page_size}")
    connection.execute(f"PRAGMA encoding='{encoding}'")
    connection.execute("CREATE TABLE thumbs (id INTEGER PRIMARY KEY, name TEXT, size INT, data BLOB, more BLOB)")
    connection.execute("CREATE TABLE pairs (key TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID")
    connection.execute("CREATE VIEW v AS SELECT * FROM pairs")
    pictures = [picture(FORMATS[number % 5], number, (20 + number, 30)) for number in range(40)]
    for number, data in enumerate(pictures):
        row = (f"name {number}", number, b"head" * number + data, data if number == 7 else None)
        connection.execute("INSERT INTO thumbs (name, size, data, more) VALUES (?, ?, ?, ?)", row)
        connection.execute("INSERT INTO pairs VALUES (?, ?)", (f"k{number:03}", data))
    connection.commit()
    data = connection.serialize()
    every = found(data)
    assert [one.data for one in every if one.via[0].startswith("thumbs")] == pictures[:8] + pictures[7:]
    assert sorted(one.data for one in every if one.via[0].startswith("pairs")) == sorted(pictures)
    assert every[3].via == ("thumbs[4].4",)
    assert every[3].offset == 12


def test_pictures_in_a_zip() -> None:
    """One level deep, packed or not; a name is shown as it can be."""
    file = io.BytesIO()
    jpeg, png = picture(), picture("PNG")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/one.jpg", jpeg)
        archive.writestr("cache", b"head" * 9 + png, zipfile.ZIP_DEFLATED)
        archive.writestr("text", b"no picture" * 100, zipfile.ZIP_BZIP2)
    assert [(one.via, one.offset, one.data) for one in found(file.getvalue())] == [
        (("a/one.jpg",), 0, jpeg),
        (("cache",), 36, png),
    ]


def left_out(data: bytes) -> set[LeftOut]:
    """Return what was not looked at."""
    told: list[LeftOut] = []
    for _one in find_pictures(data, on_left_out=told.append):
        pass
    assert len(told) == len(set(told))
    return set(told)


def test_what_is_not_looked_at_is_named() -> None:
    """A bomb, a locked member, a film, a broken database: each is named, and takes no room."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(300 << 20))
    assert left_out(bomb.getvalue()) == {LeftOut.ZIP_TOO_LARGE}
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("one.jpg", picture())
    locked = bytearray(stored.getvalue())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert left_out(bytes(locked)) == {LeftOut.ZIP_ENCRYPTED}
    assert left_out(b"\0\0\0\x18ftypisom" + bytes(100) + picture()) == {LeftOut.FILM}
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (data BLOB)")
    connection.execute("INSERT INTO t VALUES (?)", (picture(size=(300, 300)),))
    connection.commit()
    whole = connection.serialize()
    assert left_out(whole[: len(whole) // 4096 // 2 * 4096]) == {LeftOut.DATABASE_DAMAGED}


def test_a_million_beginnings_of_nothing() -> None:
    """A file made of nothing but beginnings is given up on in bounded time, and that is told."""
    assert left_out(b"\xff\xd8\xff\xe0\0\x04" * 1_000_000) == {LeftOut.TOO_MANY_STARTS}
    assert left_out(b"GIF89a" * 1_000_000) == {LeftOut.TOO_MANY_PICTURES}
    assert left_out(picture("PNG", size=(4, 4)) * 1_100) == {LeftOut.TOO_MANY_PICTURES}


def test_a_file_that_is_shorter_than_it_says() -> None:
    """A size that lies ends the search where the bytes end."""
    jpeg = picture()
    assert [one.data for one in find_in(io.BytesIO(jpeg), 10 << 30)] == [jpeg]


def pieces() -> "st.SearchStrategy[list[bytes | None]]":
    """Return pieces of a file: bytes of no meaning, and None for a picture."""
    return st.lists(st.one_of(st.none(), st.binary(max_size=200)), max_size=8)


@given(pieces(), st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_every_picture_between_anything_is_found(parts: list[bytes | None], seed: int) -> None:
    """Whatever lies between pictures, each is found whole and at its place."""
    known = iter_pictures(seed)
    data, expected = b"", []
    for part in parts:
        if part is None:
            one = next(known)
            expected.append((len(data), one))
            data += one
        else:
            data += part
    assert set(expected) <= {(one.offset, one.data) for one in found(data)}


def iter_pictures(seed: int) -> Iterator[bytes]:
    """Yield small pictures of every format."""
    for number in range(100):
        yield picture(FORMATS[(seed + number) % 5], number % 5)


@given(
    st.binary(max_size=2_000), st.sampled_from([b"", b"SQLite format 3\0", b"PK\x03\x04", b"RIFF", b"\0\0\0\x18ftyp"])
)
@settings(max_examples=100, deadline=None)
def test_nonsense_is_no_error(data: bytes, start: bytes) -> None:
    """Whatever a file holds, looking for pictures in it ends without an error."""
    found(start + data)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_no_error(data: st.DataObject) -> None:
    """A database or zip in which bytes were changed gives what it can and no error."""
    base = bytearray(data.draw(st.sampled_from(_containers())))
    for _change in range(data.draw(st.integers(1, 6))):
        base[data.draw(st.integers(0, len(base) - 1))] = data.draw(st.integers(0, 255))
    found(bytes(base))


def _containers() -> list[bytes]:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA page_size=512")
    connection.execute("CREATE TABLE t (data BLOB)")
    for number in range(5):
        connection.execute("INSERT INTO t VALUES (?)", (picture(seed=number),))
    connection.commit()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", picture())
        archive.writestr("b", zlib.compress(bytes(1000)))
    return [connection.serialize(), file.getvalue()]
