"""What stores hand out for one app, one file or many, is taken for that one app, or refused with one sentence."""

import io
import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from phoneward.apk import ApkError, AppSet, BytesSource, open_apk, open_app
from phoneward.apk.errors import BundleError, NoRoomError
from tests.apk.container.zips import Member, zip_of
from tests.apk.making import copy_of, make_apk

BASE = make_apk(keys=())
ARM = make_apk(keys=(), split="config.arm64_v8a", abis=("arm64-v8a",))
DENSITY = make_apk(keys=(), split="config.xxhdpi")


Members = Mapping[str, Path | bytes]


def bundle(place: Path, members: Members, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(place, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return place


def splits(app: AppSet) -> list[str]:
    return [apk.manifest.split for apk in app.splits]


def left_out(app: AppSet) -> list[str]:
    return [one.name for one in app.left_out]


def refused(*origins: Path) -> str:
    with pytest.raises(BundleError) as caught, open_app(list(origins)):
        pass
    return caught.value.sentence()


class TestBundles:
    def test_one_apk(self) -> None:
        with open_app([BASE]) as app:
            assert (app.package, app.name, app.splits) == ("org.example.notes", "app.apk", ())
            assert app.base is not None

    def test_several_files_in_any_order(self) -> None:
        with open_app([ARM, BASE, DENSITY]) as app:
            assert splits(app) == ["config.arm64_v8a", "config.xxhdpi"]
            assert app.apks[0] is app.base
            assert app.base is not None
            assert app.base.manifest.split == ""

    def test_splits_without_the_base(self) -> None:
        """What an update over an installed app may be."""
        with open_app([ARM]) as app:
            assert app.base is None
            assert splits(app) == ["config.arm64_v8a"]

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_xapk(self, tmp_path: Path, method: int) -> None:
        described = json.dumps({"package_name": "org.example.notes", "split_apks": []}).encode()
        obb = "Android/obb/org.example.notes/main.1.org.example.notes.obb"
        members: Members = {
            "manifest.json": described,
            "org.example.notes.apk": BASE,
            "config.arm64_v8a.apk": ARM,
            obb: b"data",
        }
        with open_app([bundle(tmp_path / "notes.xapk", members, method)]) as app:
            assert splits(app) == ["config.arm64_v8a"]
            assert left_out(app) == ["manifest.json", obb]
            assert app.name == "notes.xapk"
            assert [apk.source.name for apk in app.apks] == [
                "notes.xapk/org.example.notes.apk",
                "notes.xapk/config.arm64_v8a.apk",
            ]
            assert app.base is not None
            assert app.base.source.read_at(0, app.base.source.size) == BASE.read_bytes()

    def test_apkm(self, tmp_path: Path) -> None:
        members: Members = {
            "info.json": b"{}",
            "icon.png": b"png",
            "base.apk": BASE,
            "split_config.xxhdpi.apk": DENSITY,
        }
        with open_app([bundle(tmp_path / "notes.apkm", members)]) as app:
            assert splits(app) == ["config.xxhdpi"]

    def test_a_folder(self, tmp_path: Path) -> None:
        for name, apk in (("base.apk", BASE), ("split_config.arm64_v8a.apk", ARM)):
            shutil.copyfile(apk, tmp_path / name)
        (tmp_path / "notes.txt").write_text("no app")
        with open_app([tmp_path]) as app:
            assert splits(app) == ["config.arm64_v8a"]
            assert app.name == tmp_path.name

    def test_a_signature_that_lies_beside_is_taken_along(self, tmp_path: Path) -> None:
        """adb sends `app.apk.idsig` with `app.apk`: a wrong one must be seen."""
        signed = make_apk(schemes=("v2", "v3", "v4"))
        with open_app([signed]) as app, open_apk(signed) as apk:
            for opened in (*app.apks, apk):
                assert "v4" in opened.verify().schemes
        copied = copy_of(signed, tmp_path)
        copied.with_name("app.apk.idsig").write_bytes(b"no signature")
        for origin in (copied, tmp_path):
            with open_app([origin]) as app:
                assert not app.apks[0].verify().is_verified

    def test_a_bundle_in_memory(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as made:
            made.writestr("base.apk", BASE.read_bytes())
        with open_app([BytesSource(packed.getvalue(), "from a snapshot")]) as app:
            assert app.name == "from a snapshot"


class TestBundletool:
    def test_the_parts_and_not_the_whole_apps(self, tmp_path: Path) -> None:
        old = make_apk(keys=(), min_sdk=19)
        members: Members = {
            "toc.pb": b"\n",
            "splits/base-master.apk": BASE,
            "splits/base-arm64_v8a.apk": ARM,
            "standalones/standalone-arm64_v8a.apk": old,
        }
        made = bundle(tmp_path / "notes.apks", members)
        with open_app([made]) as app:
            assert splits(app) == ["config.arm64_v8a"]
            assert left_out(app) == ["toc.pb", "standalones/standalone-arm64_v8a.apk"]
        with open_app([made], sdk=19) as app:
            assert splits(app) == []
            assert app.base is not None
            assert app.base.manifest.min_sdk == 19

    def test_of_several_variants_the_one_for_the_phone(self, tmp_path: Path) -> None:
        made = {least: make_apk(keys=(), min_sdk=least) for least in (21, 24, 29)}
        members = {f"splits/base-master_{number}.apk": apk for number, apk in enumerate(made.values())}
        path = bundle(tmp_path / "notes.apks", members)
        for sdk, expected in ((21, 21), (23, 21), (24, 24), (28, 24), (34, 29), (None, 29)):
            with open_app([path], sdk=sdk) as app:
                assert app.base is not None
                assert app.base.manifest.min_sdk == expected
                assert len(app.left_out) == 2

    def test_of_several_whole_apps_the_one_for_its_processor(self, tmp_path: Path) -> None:
        made = {abi: make_apk(keys=(), abis=(abi,)) for abi in ("armeabi-v7a", "arm64-v8a", "x86")}
        path = bundle(tmp_path / "notes.apks", {f"standalones/standalone-{abi}.apk": apk for abi, apk in made.items()})
        for abis, expected in ((("arm64-v8a", "armeabi-v7a"), "arm64-v8a"), (("x86",), "x86")):
            with open_app([path], abis=abis) as app:
                assert app.base is not None
                assert app.base.abis == {expected}

    def test_the_one_for_every_phone(self, tmp_path: Path) -> None:
        with open_app([bundle(tmp_path / "notes.apks", {"toc.pb": b"", "universal.apk": BASE})]) as app:
            assert app.base is not None
            assert splits(app) == []


class TestRefused:
    def test_two_apps(self, tmp_path: Path) -> None:
        other = make_apk("com.example.other", keys=())
        sentence = refused(BASE, other)
        assert "org.example.notes" in sentence
        assert "com.example.other" in sentence
        assert "com.example.other" in refused(bundle(tmp_path / "a.zip", {"a.apk": BASE, "b.apk": other}))

    def test_two_versions(self) -> None:
        assert "of version 1 and of version 2" in refused(BASE, make_apk(keys=(), split="config.en", version_code=2))

    def test_the_same_part_twice(self, tmp_path: Path) -> None:
        assert "twice" in refused(BASE, BASE)
        assert "twice" in refused(bundle(tmp_path / "a.xapk", {"a.apk": ARM, "b.apk": ARM}))

    def test_no_app(self, tmp_path: Path) -> None:
        assert "no app in it" in refused(bundle(tmp_path / "a.zip", {"readme.txt": b"hello"}))
        (tmp_path / "empty").mkdir()
        assert "no app in it" in refused(tmp_path / "empty")

    def test_more_parts_than_any_app(self, tmp_path: Path) -> None:
        members: Members = {f"{number}.apk": b"" for number in range(501)}
        assert "more parts" in refused(bundle(tmp_path / "a.zip", members))

    def test_one_part_that_is_no_apk(self, tmp_path: Path) -> None:
        path = bundle(tmp_path / "a.xapk", {"base.apk": BASE, "config.en.apk": b"no app"})
        with pytest.raises(ApkError, match=r"a\.xapk/config\.en\.apk"), open_app([path]):
            pass


class TestUnpacking:
    def test_what_was_unpacked_is_private_and_does_not_stay(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "tmp"
        place.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        path = bundle(tmp_path / "a.xapk", {"base.apk": BASE}, zipfile.ZIP_DEFLATED)
        with open_app([path]):
            (folder,) = place.iterdir()
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert [file.read_bytes() for file in folder.iterdir()] == [BASE.read_bytes()]
        assert not list(place.iterdir())
        broken = bundle(tmp_path / "b.xapk", {"base.apk": BASE, "b.apk": b"no app"}, zipfile.ZIP_DEFLATED)
        with pytest.raises(ApkError), open_app([broken]):
            pass
        assert not list(place.iterdir())

    def test_a_part_read_in_place_is_not_copied(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        with open_app([bundle(tmp_path / "a.xapk", {"base.apk": BASE})]) as app:
            assert app.base is not None

    def test_a_bomb(self) -> None:
        """4 GB out of 4 MB: refused before a byte is written."""
        bomb = Member(b"base.apk", bytes(64 << 20), method=8, size=4_000_000_000)
        with pytest.raises(BundleError, match=r"would take 4\.0 GB"), open_app([BytesSource(zip_of(bomb), "a.xapk")]):
            pass

    def test_a_liar_about_its_size(self) -> None:
        liar = Member(b"base.apk", bytes(1 << 20), method=8, size=1 << 10)
        with pytest.raises(ApkError, match="longer or shorter"), open_app([BytesSource(zip_of(liar), "a.xapk")]):
            pass

    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 20))
        path = bundle(tmp_path / "a.xapk", {"base.apk": BASE}, zipfile.ZIP_DEFLATED)
        with pytest.raises(NoRoomError, match="needs"), open_app([path]):
            pass

    def test_all_files_are_closed(self, tmp_path: Path) -> None:
        path = bundle(tmp_path / "a.xapk", {"base.apk": BASE, "b.apk": ARM}, zipfile.ZIP_DEFLATED)
        before = len(os.listdir("/proc/self/fd"))
        with open_app([path, DENSITY]):
            assert len(os.listdir("/proc/self/fd")) > before
        assert len(os.listdir("/proc/self/fd")) == before
