"""`phoneward watch app`: what an app could do; what is hidden stands first; exit codes; JSON."""

import os
from pathlib import Path

import pytest

from phoneward.vault import LocalStorage, Repository, open_repository
from tests.cli.program import SOURCE, Program, make_vault
from tests.updates.pasts import app as record
from tests.updates.pasts import put_day
from tests.watch.abilities.apps import OBSERVE, PACKAGE, PICTURES, app, call, code, get, permissions

WATCHER = code(f"{PACKAGE}.shots.Watcher", get(PICTURES), call(OBSERVE, count=4))
PLAIN = app(version_code=1, version_name="1.0", in_manifest=permissions("CAMERA"))
BANK = app(WATCHER, version_code=2, in_manifest=permissions("CAMERA", "READ_MEDIA_IMAGES"))
PARTS = "".join(f'<activity android:name="{PACKAGE}.Screen{number}"/>' for number in range(9))
PACKED = app(in_application=PARTS)
POLICY = (
    "This privacy policy tells you what we do with your data. The camera is used to scan the codes of payments. " * 4
)
KEYS = {
    *("message_type", "file", "package", "label", "version_name", "version_code", "min_sdk", "target_sdk", "hidden"),
    *(
        "abilities",
        "unseen",
        "services",
        "trackers",
        "open",
        "network",
        "permissions",
        "abis",
        "calls",
        "code",
        "said",
        "change",
    ),
}


def test_what_it_could_do_in_plain_words(program: Program) -> None:
    """What matters most first, with the Android versions on which it holds and whose code does it."""
    ran = program.run("watch", "app", BANK)
    assert (ran.code, ran.stderr) == (0, "")
    said = ran.stdout.splitlines()
    assert said[0] == f"{PACKAGE}, version 1.0: what it could do, by its own file"
    place = said.index("  It is told at once when a picture or a screenshot is added to your phone.")
    assert said[place + 1] == "    whose code: the app's own code"
    assert "  It can see all your pictures, once you allow it. (Android 13 and later)" in said
    assert f"{PACKAGE}.shots.Watcher" not in ran.stdout
    assert "This is what the app could do." in said[-1]
    details = program.run("watch", "app", BANK, "--details").stdout
    assert f"{PACKAGE}.shots.Watcher.look calls android.content.ContentResolver.registerContentObserver" in details


def test_one_line_of_json(program: Program) -> None:
    """Its keys are promised; nothing else is printed."""
    ran = program.run("watch", "app", BANK, "--json")
    assert (ran.code, ran.stderr) == (0, "")
    document = ran.document
    assert set(document) == KEYS
    assert (document["message_type"], document["package"], document["hidden"]) == ("app_abilities", PACKAGE, False)
    found = {one["code"]: one for one in document["abilities"]}
    watches = found["watches-pictures"]
    assert (watches["tier"], watches["about"], watches["count"]) == ("observed", "watching", 2)
    assert watches["seen"][0] == {
        "kind": "call",
        "what": "android.content.ContentResolver.registerContentObserver",
        "class": f"{PACKAGE}.shots.Watcher",
        "method": "look",
        "dex": "classes.dex",
        "owner": {"whose": "app", "name": PACKAGE, "maker": "", "purpose": "", "confirmed": True},
    }
    assert (found["sees-all-pictures"]["min_sdk"], found["sees-all-pictures"]["max_sdk"]) == (33, None)
    assert (document["said"], document["change"], document["trackers"]) == (None, None, None)
    (call_site,) = document["calls"]
    assert (call_site["class"], call_site["at"], call_site["apk"]) == (f"{PACKAGE}.shots.Watcher", 2, "base")
    assert call_site["target"] == watches["seen"][0]["what"]
    assert document["code"] == {"dex_files": 1, "classes": 2, "methods": 2}


def test_hidden_code_is_said_first_and_ends_the_program_with_3(program: Program) -> None:
    """Next to nothing is known of such an app, and nothing may look like a clean bill."""
    ran = program.run("watch", "app", PACKED)
    assert ran.code == 3
    assert ran.stdout.splitlines()[1].startswith("Cannot see: The app's own code cannot be seen: 9 of 10 parts")
    ran = program.run("watch", "app", PACKED, "--json")
    assert (ran.code, ran.document["hidden"], ran.document["unseen"][0]["code"]) == (3, True, "missing-classes")


def test_beside_a_privacy_policy(program: Program, tmp_path: Path) -> None:
    """What is in the app and not in the text; the sentence where it is."""
    policy = tmp_path / "policy.txt"
    policy.write_text(POLICY)
    ran = program.run("watch", "app", BANK, "--says", policy)
    said = ran.stdout.splitlines()
    place = said.index("In the app, and not in policy.txt")
    assert said[place + 1] == "  pictures and files"
    assert "  camera: “the camera is used to scan the codes of payments.”" in said
    document = program.run("watch", "app", BANK, "--json", "--says", policy).document["said"]
    assert [one["code"] for one in document["unstated"]] == ["pictures"]
    assert program.run("watch", "app", BANK, "--says", tmp_path / "missing").code == 1


def test_beside_an_earlier_version(program: Program) -> None:
    """What this update newly could do."""
    ran = program.run("watch", "app", BANK, "--before", PLAIN)
    said = ran.stdout.splitlines()
    place = said.index("New since version 1.0")
    assert said[place + 1] == "  It can see all your pictures, once you allow it. (Android 13 and later)"
    change = program.run("watch", "app", BANK, "--before", PLAIN, "--json").document["change"]
    assert {one["code"] for one in change["new"]} == {"watches-pictures", "sees-all-pictures"}
    assert change["permissions"] == ["android.permission.READ_MEDIA_IMAGES"]
    same = program.run("watch", "app", PLAIN, "--before", PLAIN).stdout
    assert "Nothing of this is new since version 1.0." in same


@pytest.fixture
def asked(program: Program, tmp_path: Path) -> Program:
    """Knows a vault with two snapshots: the plain version, then the one that watches."""
    make_vault(tmp_path / "vault", "kept")
    repo: Repository = open_repository(LocalStorage(tmp_path / "vault"), "kept")
    repo.load_index()
    for number, apk in enumerate((PLAIN, BANK)):
        put_day(repo, number, [record(PACKAGE)], apks={PACKAGE: apk.read_bytes()})
    return program.with_(PHONEWARD_REPOSITORY=repo.storage.location, PHONEWARD_PASSWORD="kept")


def test_an_app_of_the_newest_snapshot(asked: Program) -> None:
    """By its package name, and beside the version of an earlier snapshot."""
    ran = asked.run("watch", "app", PACKAGE, "--json")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.document["version_code"] == 2
    snapshots = [one["short_id"] for one in asked.run("snapshots", "--json").documents]
    change = asked.run("watch", "app", PACKAGE, "--before", snapshots[0], "--json").document["change"]
    assert (change["version_code"], len(change["new"])) == (1, 2)
    older = asked.run("watch", "app", PACKAGE, "--snapshot", snapshots[0], "--json").document
    assert older["version_code"] == 1
    change = asked.run("watch", "app", BANK, "--before", snapshots[0], "--json").document["change"]
    assert change["version_code"] == 1


def test_what_is_not_there(asked: Program) -> None:
    """One sentence, and what to do next."""
    ran = asked.run("watch", "app", "org.example.missing", "--json")
    assert (ran.code, ran.complaint["code"]) == (1, "app-not-kept")
    ran = asked.run("watch", "app", "missing.apk", "--json")
    assert (ran.code, ran.complaint["code"]) == (1, "apk-unreadable")
    assert asked.run("watch", "app").code == 2


def test_in_chinese(program: Program) -> None:
    """Every sentence, with its details."""
    said = program.run("watch", "app", BANK, "--details", "--lang", "zh_CN", "--before", PLAIN).stdout
    assert "手机里一多出图片或截屏，它马上就会知道。" in said
    for english in ("It can", "whose code", "calls", "asks for", "New since", "This is"):
        assert english not in said


def test_it_needs_no_extra(program: Program, tmp_path: Path) -> None:
    """Who has not installed what pictures need can ask this all the same."""
    for name in ("numpy", "cv2", "PIL"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    bare = program.with_(PYTHONPATH=os.pathsep.join([str(tmp_path), str(SOURCE)]))
    ran = bare.run("watch", "app", BANK, "--json")
    assert (ran.code, ran.stderr) == (0, "")
