"""An APK is opened and says what it is, and what in it a phone could not use."""

import os
from pathlib import Path

import pytest

from phoneward.apk import ApkChangedError, ApkUnreadableError, BytesSource, open_apk
from phoneward.apk.errors import ApkError, ApkTooLargeError, ManifestError
from phoneward.apk.opening import MAX_MANIFEST
from tests.apk.container.zips import Member, zip_of
from tests.apk.making import binary_manifest, copy_of, make_apk, manifest_text

MANIFEST = Member(b"AndroidManifest.xml", binary_manifest(manifest_text("org.example.notes")), method=8)


def library(abi: str, name: str = "libx.so", **lies: object) -> Member:
    return Member(f"lib/{abi}/{name}".encode(), b"\x7fELF", **lies)  # type: ignore[arg-type]


def padding(place: int, boundary: int, name: bytes) -> bytes:
    """An extra field after which the content lies on a boundary."""
    return bytes(-(place + 30 + len(name)) % boundary)


class TestWhatItSays:
    def test_a_made_app(self) -> None:
        with open_apk(make_apk(abis=("arm64-v8a", "x86"), version_code=7)) as apk:
            assert (apk.manifest.package, apk.manifest.version_code) == ("org.example.notes", 7)
            assert apk.abis == {"arm64-v8a", "x86"}
            assert apk.source.name == "app.apk"
            assert not apk.resources_unusable

    def test_only_what_android_takes_for_a_library_counts(self) -> None:
        """`NativeLibraryHelper`: `lib/KIND/lib*.so`, and nothing with odd letters."""
        names = ["liba.so", "libb-1_2+3.so"]
        others = ["a.so", "liba.so.1", "lib a.so", "wrap.sh", "libä.so"]
        members = [library("arm64-v8a", name) for name in names] + [library("x86", name) for name in others]
        more = [Member(b"lib/mips/"), Member(b"assets/lib/mips/liba.so", b"x"), Member(b"lib/liba.so", b"x")]
        with open_apk(BytesSource(zip_of(MANIFEST, *members, *more))) as apk:
            assert apk.abis == {"arm64-v8a"}

    def test_libraries_that_cannot_be_run_from_the_app(self) -> None:
        start = len(zip_of(MANIFEST)) - 22 - 46 - len(MANIFEST.name)
        aligned = library("arm64-v8a", extra=padding(start, 4096, b"lib/arm64-v8a/libx.so"))
        with open_apk(BytesSource(zip_of(MANIFEST, aligned))) as apk:
            assert not apk.has_compressed_libraries
        for other in (library("x86"), library("x86", method=8)):
            with open_apk(BytesSource(zip_of(MANIFEST, aligned, other))) as apk:
                assert apk.compressed_abis == {"x86"}
                assert apk.has_compressed_libraries

    def test_resources_that_android_11_refuses(self) -> None:
        name = b"resources.arsc"
        start = len(zip_of(MANIFEST)) - 22 - 46 - len(MANIFEST.name)
        aligned = Member(name, b"data", extra=padding(start, 4, name))
        off = Member(name, b"data", extra=padding(start, 4, name) + b"\0")
        packed = Member(name, b"data", method=8, extra=aligned.extra)
        for member, unusable in ((aligned, False), (off, True), (packed, True)):
            with open_apk(BytesSource(zip_of(MANIFEST, member))) as apk:
                assert apk.resources_unusable is unusable

    def test_a_manifest_packed_in_an_unknown_way_is_taken_as_stored(self) -> None:
        """A trick of harmful apps: other readers stumble, a phone reads it as it lies there."""
        stored = Member(MANIFEST.name, MANIFEST.content, method=99)
        with open_apk(BytesSource(zip_of(stored))) as apk:
            assert apk.manifest.package == "org.example.notes"


class TestRefused:
    def test_no_manifest(self) -> None:
        with pytest.raises(ManifestError, match="does not say what it is"):
            open_apk(BytesSource(zip_of(Member(b"a"))))

    def test_a_manifest_that_would_fill_the_memory(self) -> None:
        bomb = Member(MANIFEST.name, b"", method=8, size=1_500_000_000)
        with pytest.raises(ApkTooLargeError, match=r"AndroidManifest\.xml would take 1\.5 GB"):
            open_apk(BytesSource(zip_of(bomb)))
        assert MAX_MANIFEST < 200 << 20

    def test_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for name in ("missing.apk", "pipe", "."):
            with pytest.raises(ApkUnreadableError):
                open_apk(tmp_path / name)

    def test_a_file_that_shrinks(self, tmp_path: Path) -> None:
        copied = copy_of(make_apk(abis=("x86",)), tmp_path)
        with open_apk(copied) as apk:
            os.truncate(copied, 40)
            with pytest.raises(ApkChangedError):
                _ = apk.has_compressed_libraries

    def test_a_file_is_closed_when_it_cannot_be_opened(self, tmp_path: Path) -> None:
        """Else a thousand damaged files end a run over a store's whole catalogue."""
        path = tmp_path / "bad.apk"
        path.write_bytes(b"no app")
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            with pytest.raises(ApkError):
                open_apk(path)
        assert len(os.listdir("/proc/self/fd")) == before
