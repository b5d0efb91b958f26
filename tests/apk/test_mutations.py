"""Whatever happened to an app's file on its way: it is opened, or there is one sentence. Never a traceback."""

import zipfile
from dataclasses import dataclass
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.apk import ApkError, BytesSource, open_app
from tests.apk.container.zips import Member, zip_of
from tests.apk.making import make_apk

APK: Final = make_apk(
    abis=("arm64-v8a",),
    application_attributes='android:allowBackup="false"',
    in_manifest='<uses-permission android:name="a.b.C"/><permission android:name=".D"/>',
    in_application='<meta-data android:name="x" android:value="true"/>',
).read_bytes()
SPLIT: Final = make_apk(split="config.arm64_v8a").read_bytes()
BUNDLE: Final = zip_of(Member(b"base.apk", APK), Member(b"config.apk", SPLIT, method=8), Member(b"info.json", b"{}"))


def _manifest_bytes() -> bytes:
    import io

    with zipfile.ZipFile(io.BytesIO(APK)) as opened:
        return opened.read("AndroidManifest.xml")


MANIFEST: Final = _manifest_bytes()


@dataclass(frozen=True)
class Change:
    """At `place` (of all, as a fraction), so many bytes become others."""

    place: float
    removed: int
    added: bytes


def changes(most: int) -> st.SearchStrategy[list[Change]]:
    edges = st.sampled_from([b"\xff" * 4, b"\xff\xff", b"\0" * 4, b"\x80", b"\xff\xff\xff\x7f", b"PK\5\6", b"PK\1\2"])
    change = st.builds(Change, st.floats(0, 1), st.integers(0, 40), edges | st.binary(max_size=8))
    same_length = st.builds(lambda place, added: Change(place, len(added), added), st.floats(0, 1), edges)
    return st.lists(change | same_length, min_size=1, max_size=most)


def changed(data: bytes, made: list[Change]) -> bytes:
    for change in made:
        at = int(change.place * len(data))
        data = data[:at] + change.added + data[at + change.removed :]
    return data


def look_at_all(data: bytes) -> None:
    """Open it and ask everything of it."""
    with open_app([BytesSource(data, "app.apk")]) as app:
        for apk in app.apks:
            assert apk.manifest.package == app.package
            assert isinstance(apk.abis, frozenset)
            assert apk.has_compressed_libraries in {True, False}
            assert apk.resources_unusable in {True, False}


def is_looked_at(data: bytes) -> bool:
    try:
        look_at_all(data)
    except ApkError as error:
        sentence = error.sentence()
    else:
        return True
    assert sentence
    return False


@settings(max_examples=300, deadline=None)
@given(changes(4))
def test_a_changed_app(made: list[Change]) -> None:
    is_looked_at(changed(APK, made))


@settings(max_examples=200, deadline=None)
@given(changes(3))
def test_a_changed_bundle(made: list[Change]) -> None:
    is_looked_at(changed(BUNDLE, made))


@settings(max_examples=400, deadline=None)
@given(changes(4))
def test_a_changed_manifest(made: list[Change]) -> None:
    """The container is whole, so that every change reaches what reads the manifest."""
    is_looked_at(zip_of(Member(b"AndroidManifest.xml", changed(MANIFEST, made))))


def test_without_a_change_they_are_opened() -> None:
    assert is_looked_at(APK)
    assert is_looked_at(BUNDLE)
    assert is_looked_at(zip_of(Member(b"AndroidManifest.xml", MANIFEST)))
