"""An app is called as its owner knows it: by the name in its resources, in the reader's language."""

import re
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.apk import BytesSource, open_apk
from phoneward.apk.manifest.resources import Resources
from phoneward.apk.opening import RESOURCES
from phoneward.texts import speaking
from tests.apk.container.zips import Member, zip_of
from tests.apk.making import manifest_text
from tests.apk.manifest.axml import pool_chunk
from tests.tools.debian import unpacked

LABELS = {
    "": "Notes",
    "-de": "Notizen",
    "-zh": "记事本",
    "-zh-rCN": "便笺",
    "-zh-rTW": "筆記",
    "-en-rGB": "Notes (UK)",
    "-fr-land": "Notes couchées",
}
APPLICATION = 'android:label="@string/name" android:debuggable="@bool/debuggable" android:persistent="@bool/of_android"'


@pytest.fixture(scope="module")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled by aapt: each label in a folder of its own, behind a reference to a reference."""
    place = tmp_path_factory.mktemp("resources")
    for suffix, label in LABELS.items():
        folder = place / "res" / f"values{suffix}"
        folder.mkdir(parents=True)
        more = (
            '<string name="name">@string/other</string><string name="version">2.0</string>'
            '<bool name="debuggable">true</bool><bool name="of_android">false</bool>'
            '<string name="loop">@string/loop2</string><string name="loop2">@string/loop</string>'
        )
        strings = f'<string name="other">{label}</string>' + more * (not suffix)
        (folder / "values.xml").write_text(f"<resources>{strings}</resources>")
    text = manifest_text(
        "org.example.notes",
        version_name="@string/version",
        application_attributes=APPLICATION + ' android:backupAgent="@string/loop"',
    )
    (place / "AndroidManifest.xml").write_text(text)
    framework = unpacked("android-framework-res", "bookworm") / "usr/share/android-framework-res/framework-res.apk"
    command = ["aapt", "package", "-S", "res", "-M", "AndroidManifest.xml", "-I", str(framework), "-F", "made.apk"]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=60)
    return place / "made.apk"


def label(apk: Path, language: str) -> str:
    with speaking([language]), open_apk(apk) as opened:
        return opened.manifest.label


def test_it_is_what_aapt_says(apk: Path) -> None:
    badging = subprocess.run(["aapt", "dump", "badging", apk], capture_output=True, text=True, check=True).stdout
    said = dict(re.findall(r"^application-label(\S*):'(.*)'$", badging, re.MULTILINE))
    assert label(apk, "en") == said[""] == "Notes"
    assert label(apk, "zh_CN") == said["-zh-CN"] == "便笺"


def test_other_values_that_are_resources(apk: Path) -> None:
    with open_apk(apk) as opened:
        manifest = opened.manifest
    assert manifest.version_name == "2.0"
    assert manifest.is_debuggable
    assert not manifest.is_persistent
    assert manifest.unresolved == {"backup_agent"}, "what goes round in a circle is not told"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("", "Notes"),
        ("en", "Notes"),
        ("de", "Notizen"),
        ("de_AT", "Notizen"),
        ("zh_CN", "便笺"),
        ("zh_TW", "筆記"),
        ("zh_HK", "记事本"),
        ("en_GB", "Notes (UK)"),
        ("fr", "Notes"),
    ],
)
def test_languages(apk: Path, language: str, expected: str) -> None:
    """What is for a phone that lies on its side alone is not taken."""
    dump = subprocess.run(["aapt", "dump", "resources", apk], capture_output=True, text=True, check=True).stdout
    number = re.search(r"spec resource (0x\w+) org\.example\.notes:string/name", dump)
    assert number is not None
    table = table_of(apk)
    found = Resources(lambda: table, language).find(int(number[1], 16))
    assert found is not None
    assert found[0].text(found[1]) == expected


def table_of(apk: Path) -> bytes:
    with zipfile.ZipFile(apk) as opened:
        return opened.read(RESOURCES.decode())


def test_without_resources_it_stays_untold(apk: Path) -> None:
    with open_apk(apk) as opened:
        entry = opened.container.find(b"AndroidManifest.xml")
        assert entry is not None
        manifest = Member(entry.name, opened.container.read(entry, 1 << 20))
    for members in ((manifest,), (manifest, Member(RESOURCES, b"no table")), (manifest, Member(RESOURCES, size=1))):
        with open_apk(BytesSource(zip_of(*members))) as other:
            assert other.manifest.label == ""
            assert "label" in other.manifest.unresolved


def test_an_entry_without_offsets_of_its_own() -> None:
    """What aapt2 writes to save room, and aapt does not: sparse types, short offsets, compact entries."""
    pool = pool_chunk([0], b"\x05\x05Notes\0")
    config = struct.pack("<I", 28) + bytes(24)
    compact = struct.pack("<HHI", 5, 8 | 3 << 8, 0)
    plain = struct.pack("<HHIHBBI", 8, 0, 0, 8, 0, 3, 0)
    for flags, offsets, entry in (
        (1, struct.pack("<HH", 7, 0), plain),
        (2, struct.pack("<8H", *[0xFFFF] * 7, 0), compact),
        (0, struct.pack("<8I", *[0xFFFFFFFF] * 7, 0), compact),
    ):
        count = len(offsets) // 4 if flags != 2 else 8
        head = struct.pack("<BBHII", 1, flags, 0, count, 20 + len(config) + len(offsets))
        kind = _chunk(0x201, head + config, offsets + entry)
        package = _chunk(0x200, struct.pack("<I", 0x7F) + bytes(276), kind)
        table = _chunk(2, struct.pack("<I", 1), pool + package)
        for index in range(9):
            found = Resources(lambda table=table: table, "").find(0x7F010000 | index)  # type: ignore[misc]
            assert (found[0].text(found[1]) if found else None) == ("Notes" if index == 7 else None)


def _chunk(kind: int, head: bytes, rest: bytes) -> bytes:
    return struct.pack("<HHI", kind, 8 + len(head), 8 + len(head) + len(rest)) + head + rest


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_table_is_never_a_traceback(apk: Path, data: st.DataObject) -> None:
    table = bytearray(table_of(apk))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(table) - 4))
        table[at : at + 4] = data.draw(
            st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"]) | st.binary(max_size=6)
        )
    for number in (0x7F010000, 0x7F020001, 0x7F010002):
        found = Resources(lambda: bytes(table), "zh_CN").find(number)
        if found is not None:
            found[0].text(found[1])
