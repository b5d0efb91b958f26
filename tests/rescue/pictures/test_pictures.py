"""When the photos are gone: what outlived in thumbnail databases and caches becomes files to look at."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from phoneward.rescue.newfolder import FolderTakenError, FolderWithinError
from phoneward.rescue.pictures import RecoveredPictures, TimeFrom, recover_pictures
from phoneward.rescue.pictures.errors import NoPicturesError, PicturesSourceGoneError
from tests.rescue.archive.made import database, insert
from tests.rescue.archive.test_untouched import seen
from tests.rescue.pictures import made

MARCH = 1_552_000_000_000
MARCH_DAY = dt.datetime(2019, 3, 7, 23, 6, 40, tzinfo=dt.UTC)


def only(found: RecoveredPictures) -> object:
    (one,) = found.pictures
    return one


def test_an_android_thumbnail_database_gives_its_pictures_with_the_phones_own_times(tmp_path: Path) -> None:
    sdcard = tmp_path / "phone"
    thumbs = {7: made.jpeg(7), 2_000: made.jpeg(8)}
    made.thumbdata(sdcard / "DCIM" / ".thumbnails" / ".thumbdata3-1967290299", thumbs)
    with database(sdcard / "external.db", "CREATE TABLE files (_id INTEGER PRIMARY KEY, _data TEXT, _display_name TEXT,"
                  " datetaken INTEGER, date_modified INTEGER, mini_thumb_magic INTEGER)") as db:  # fmt: skip
        insert(
            db, "files", _id=7, _data="/sdcard/DCIM/Camera/mum.jpg", datetaken=MARCH, mini_thumb_magic=made.MAGIC + 7
        )
        # The number was given to another picture later: its time is not this thumbnail's.
        insert(db, "files", _id=2_000, _data="/sdcard/DCIM/Camera/other.jpg", datetaken=MARCH, mini_thumb_magic=5)
    before = seen(sdcard)
    found = recover_pictures([sdcard], tmp_path / "out")
    assert seen(sdcard) == before
    mum, other = found.pictures
    assert (tmp_path / "out" / mum.file).read_bytes() == thumbs[7]
    assert (mum.file, mum.original) == ("pictures/20190307-230640-0001-small.jpg", "/sdcard/DCIM/Camera/mum.jpg")
    assert (mum.time, mum.time_from, mum.is_small, mum.is_whole) == (MARCH_DAY, TimeFrom.MEDIASTORE, True, True)
    assert (mum.places[0].offset, mum.how) == (70_013, "thumbdata")
    assert (other.time, other.time_from, other.original) == (None, TimeFrom.UNKNOWN, "")
    assert other.file == "pictures/undated-0002-small.jpg"
    assert (tmp_path / "out" / other.file).read_bytes() == thumbs[2_000]


def test_a_gallerys_cache_tells_of_which_picture_and_when_it_was(tmp_path: Path) -> None:
    key = f"/local/image/item/42+{MARCH // 1000}+1"
    made.gallery(tmp_path / "cache" / "imgcache.0", {key: made.jpeg(1, side=640), "no key": made.jpeg(2, side=640)})
    first, second = sorted(recover_pictures([tmp_path / "cache"], tmp_path / "out").pictures, key=lambda one: one.how)
    assert first.how == ""
    assert (second.time, second.time_from) == (MARCH_DAY, TimeFrom.NOTED)
    assert (second.original, second.is_small) == ("/local/image/item/42", True)


def test_caches_of_apps_tell_what_they_noted(tmp_path: Path) -> None:
    cache = tmp_path / "Android" / "data" / "app" / "cache"
    made.glide(cache / "image_manager_disk_cache", {"a" * 64: made.jpeg(1, side=600)})
    made.okhttp(cache / "picasso", "https://b.example/photo.jpg?id=1", made.jpeg(2, side=600), MARCH)
    made.simple_cache(cache / "Cache" / "0123456789abcdef_0", "https://c.example/p.jpg", made.jpeg(3, side=600))
    (cache / "v2.ols100.1" / "37").mkdir(parents=True)
    (cache / "v2.ols100.1" / "37" / "key.cnt").write_bytes(made.jpeg(4, side=600))
    found = recover_pictures([tmp_path / "Android"], tmp_path / "out")
    told = {one.how: one for one in found.pictures}
    assert set(told) == {"journal", "okhttp", "simple-cache", ""}
    assert (told["okhttp"].time, told["okhttp"].original) == (MARCH_DAY, "https://b.example/photo.jpg?id=1")
    assert told["simple-cache"].original == "https://c.example/p.jpg"
    assert told["journal"].time_from is TimeFrom.FILE
    assert not any(one.is_small for one in found.pictures)
    assert found.is_whole


def test_the_same_picture_is_written_once_and_every_place_is_told(tmp_path: Path) -> None:
    data = made.jpeg(1, side=600)
    made.glide(tmp_path / "in" / "glide", {"b" * 64: data})
    made.okhttp(tmp_path / "in" / "okhttp", "https://b.example/photo.jpg", data, MARCH)
    found = recover_pictures([tmp_path / "in"], tmp_path / "out")
    (one,) = found.pictures
    assert [place.path.name for place in one.places] == ["b" * 64 + ".0", "abc123.1"]
    assert found.copies == 1
    # What the second place tells is taken over: it tells more.
    assert (one.time_from, one.original) == (TimeFrom.NOTED, "https://b.example/photo.jpg")
    assert len(list((tmp_path / "out" / "pictures").iterdir())) == 1


def test_ordinary_pictures_are_passed_over_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("DCIM/Camera/IMG_1.jpg", "DCIM/.thumbnails/77.jpg", "DCIM/.trashed-1-IMG_2.jpg"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.jpeg(len(name)))
    found = recover_pictures([tmp_path / "in"], tmp_path / "out")
    assert sorted(one.places[0].path.name for one in found.pictures) == [".trashed-1-IMG_2.jpg", "77.jpg"]
    assert found.open_already == 1


def test_a_picture_that_is_cut_off_is_kept_and_marked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "blob").write_bytes(b"before" + made.jpeg(1, side=600)[:-200])
    (one,) = recover_pictures([tmp_path / "in"], tmp_path / "out").pictures
    assert (one.is_whole, one.places[0].offset) == (False, 6)
    assert "Its end is missing" in (tmp_path / "out" / "index.html").read_text()


def test_names_sort_by_time_and_the_list_says_all(tmp_path: Path) -> None:
    made.gallery(
        tmp_path / "imgcache.0",
        {f"/=cmd()+{MARCH // 1000 - number * 86_400}+1": made.jpeg(number, side=600) for number in range(3)},
    )
    found = recover_pictures([tmp_path / "imgcache.0"], tmp_path / "out")
    assert [one.file[9:17] for one in found.pictures] == ["20190305", "20190306", "20190307"]
    assert sorted(one.file for one in found.pictures) == [one.file for one in found.pictures]
    with (tmp_path / "out" / "pictures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [one.file for one in found.pictures]
    assert [row["sha256"] for row in rows] == [one.sha256 for one in found.pictures]
    assert rows[0]["first_place"] == str(tmp_path / "imgcache.0")
    if os.name != "nt":
        assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_where_nothing_is_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    with pytest.raises(NoPicturesError):
        recover_pictures([tmp_path / "in"], tmp_path / "out")
    with pytest.raises(PicturesSourceGoneError):
        recover_pictures([tmp_path / "nowhere"], tmp_path / "out")
    with pytest.raises(FolderWithinError):
        recover_pictures([tmp_path / "in"], tmp_path / "in" / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(FolderTakenError):
        recover_pictures([tmp_path / "in"], tmp_path / "out")
