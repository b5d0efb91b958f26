"""What nobody could see is said, and said first."""

import os
import zipfile
from pathlib import Path

import pytest

from phoneward.apk.dex import seeing
from phoneward.confined import Limits
from phoneward.watch.abilities import NoMainFileError, look_at_app
from tests.apk.dex.writing import dex
from tests.apk.making import make_apk
from tests.watch.abilities.apps import OBSERVE, PACKAGE, PICTURES, app, call, code, get, look

PARTS = "".join(f'<activity android:name="{PACKAGE}.Screen{number}"/>' for number in range(9))
STUB = "com.tencent.StubShell.TxAppEntry"


def test_a_packed_app() -> None:
    """A stub starts; the app's own code is elsewhere, encrypted: that is the first thing to be told."""
    found = look(
        code(STUB, above="Landroid/app/Application;"),
        files={
            "lib/arm64-v8a/libshellx-3.1.so": b"\x7fELF",
            "assets/secret.bin": os.urandom(200_000),
            "assets/plain.txt": b"words " * 50_000,
        },
        in_application=PARTS,
        application_attributes=f'android:name="{STUB}"',
    )
    assert found.is_hidden
    packed, missing, files, native = found.unseen
    assert [one.code for one in found.unseen] == ["packed", "missing-classes", "hidden-files", "native-code"]
    assert [one.is_grave for one in found.unseen] == [True, True, False, False]
    assert "Legu" in str(packed.text)
    assert set(packed.names) == {STUB, "lib/arm64-v8a/libshellx-3.1.so"}
    assert len(missing.names) == 9
    assert files.names == ("assets/secret.bin",)
    assert native.names == ("libshellx-3.1.so",)


def test_code_that_is_missing_by_an_unknown_packer() -> None:
    """No name of a packer is known: the missing code tells it all the same."""
    found = look(in_application=PARTS)
    assert found.is_hidden
    assert [one.code for one in found.unseen] == ["missing-classes"]
    assert "9 of 10" in str(found.unseen[0].text)


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_some_missing_parts_are_no_packer(missing: int) -> None:
    """Large apps declare parts that come with another file of theirs."""
    there = [code(f"{PACKAGE}.Screen{number}") for number in range(9 - missing)]
    found = look(*there, in_application=PARTS)
    assert [(one.code, len(one.names), one.is_grave) for one in found.unseen] == [("missing-classes", missing, False)]


def test_code_among_the_assets() -> None:
    """Android does not load it; the app can. It is looked through, and said."""
    hidden = dex([code(f"{PACKAGE}.Watcher", get(PICTURES), call(OBSERVE, count=4))])
    found = look(files={"assets/fonts/regular.ttf": hidden, "assets/more.jar": b"PK\x03\x04" + bytes(200)})
    ability = found.ability("watches-pictures")
    assert ability is not None
    assert ability.seen[0].dex == "assets/fonts/regular.ttf"
    assert [one.names for one in found.unseen] == [("assets/fonts/regular.ttf",), ("assets/more.jar",)]


def test_damaged_code() -> None:
    """What cannot be read is named; the rest of the app is looked at."""
    found = look(files={"classes2.dex": b"dex\n035\0" + bytes(200)})
    assert [(one.code, one.names, one.is_grave) for one in found.unseen] == [("unread-dex", ("classes2.dex",), True)]
    assert found.classes == 1


@pytest.mark.parametrize(
    ("name", "value"), [("MAX_DEX", 100), ("MAX_ALL", 100), ("MAX_FILES", 0), ("LIMITS", Limits(seconds=0.000_001))]
)
def test_code_beyond_measure(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """A file that is too large, one too many, or one over which the time runs out is named, and the answer comes."""
    monkeypatch.setattr(seeing, name, value)
    found = look()
    assert found.is_hidden
    assert [(one.code, one.names) for one in found.unseen if one.code == "unread-dex"] == [
        ("unread-dex", ("classes.dex",))
    ]


def test_code_in_all_files_of_an_app() -> None:
    """The parts of an app belong to it, and so does their code."""
    watcher = code(f"{PACKAGE}.Watcher", get(PICTURES), call(OBSERVE, count=4))
    part = make_apk(PACKAGE, split="config.extra", files={"classes.dex": dex([watcher])}, keys=(), target_sdk=34)
    found = look_at_app([app(), part])
    assert found.ability("watches-pictures") is not None
    with pytest.raises(NoMainFileError, match="main file"):
        look_at_app([part])


def test_a_bundle(tmp_path: Path) -> None:
    """As stores hand them out: a file with the app's APKs in it."""
    watcher = code(f"{PACKAGE}.Watcher", get(PICTURES), call(OBSERVE, count=4))
    bundle = tmp_path / "app.xapk"
    with zipfile.ZipFile(bundle, "w") as written:
        written.write(app(watcher), f"{PACKAGE}.apk")
        written.writestr("manifest.json", "{}")
    found = look_at_app([bundle])
    assert found.ability("watches-pictures") is not None
    assert found.name == "app.xapk"
