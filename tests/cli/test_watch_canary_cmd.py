"""The test with a picture, as a person and a script run it: real program, real adb, an app after screenshots."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from phoneward.media import Format
from phoneward.watch import make_canary
from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import state
from tests.phone.snooper import Snooper, cropped, thumbnail
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.watch.captures.pcap.recording import HOST, Job, record

_UID = 10200
_APP = "com.example.finance"
_STATE = state.SMALL.but(
    apps=(*state.SMALL.apps, state.App(_APP, _UID, 3, "1.0")), sent=(state.Sent(_UID, sent=5_000_000),)
)


@pytest.fixture
def phone(phone_factory: PhoneFactory) -> TestPhone:
    """A phone with an app that is after screenshots."""
    return phone_factory(state=_STATE)


@pytest.fixture
def program(phone: TestPhone, tmp_path: Path) -> Program:
    """The program beside that phone."""
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", dict(phone.adb_env))


@contextmanager
def _running(app: Snooper) -> Iterator[None]:
    thread = threading.Thread(target=app.run)
    thread.start()
    try:
        yield
    finally:
        app.stop()
        thread.join()


def _pictures(phone: TestPhone) -> list[str]:
    return [str(path.relative_to(phone.storage)) for path in phone.storage.rglob("*") if path.is_file()]


def test_a_script_finds_the_app_that_copies(phone: TestPhone, program: Program) -> None:
    """With --wait nobody is asked: the copy is a JSON line with app and gap, the exit code says it was seen."""
    app = Snooper(phone, _APP, form=thumbnail, before=b"\0" * 7)
    with _running(app):
        ran = program.run("watch", "canary", "--adb", phone.serial, "--app", _APP, "--wait", "0.05", "--json")
    assert ran.code == 4, ran.stderr
    copy, summary = ran.documents
    assert (copy["message_type"], copy["app"], copy["width"], copy["offset"]) == ("canary_copy", _APP, 200, 7)
    assert 0 <= copy["gap_seconds"] < 60
    assert summary["number"] == copy["number"]
    assert summary["seen"] is True
    assert summary["listed"] is True
    assert summary["removal"] == "removed"
    assert summary["picture_access"][0]["right"] == "READ_MEDIA_IMAGES"
    assert summary["not_looked_at"]
    assert _pictures(phone) == ["Android/data/com.example.finance/cache/0"]


def test_a_person_is_asked_to_use_the_app(phone: TestPhone, program: Program) -> None:
    """At a terminal: what to do, Enter, then where it was found, and that it was taken away."""
    app = Snooper(phone, _APP, form=cropped)

    def use(_screen: str) -> str:
        app.look()
        return ""

    words = ["watch", "canary", "--adb", phone.serial, "--app", _APP]
    talk = terminal.run(program, words, [("press Enter.", use)], columns=200)
    assert talk.code == 4, talk.screen
    assert "Now open com.example.finance on the phone" in talk.screen
    assert "SEEN: the test picture lies in 1 other place." in talk.screen
    assert "540 × 540 pixels" in talk.screen
    assert "The test picture was taken away from the phone." in talk.screen
    assert "--by-hand" in talk.screen  # a phone with Android 14


def _har(body: bytes) -> str:
    """Return a recording of one upload as PCAPdroid writes it: the body in base64."""
    request = {
        "method": "POST",
        "url": "https://collect.example.com/u",
        "httpVersion": "HTTP/1.1",
        "headers": [{"name": "Content-Type", "value": "image/jpeg"}],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(body),
        "postData": {
            "mimeType": "image/jpeg",
            "encoding": "base64",
            "text": base64.b64encode(body).decode(),
        },
    }
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "cookies": []}
    response |= {"content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": 0}
    entry = {"startedDateTime": "2026-11-29T10:00:00.000Z", "time": 1, "request": request, "response": response}
    entry |= {"cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0}}
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "PCAPdroid", "version": "1"}, "entries": [entry]}})


def test_a_recording_shows_that_it_was_sent(phone: TestPhone, program: Program, tmp_path: Path) -> None:
    """The person recorded what the phone sent: to whom the test picture went, how wide, in which form."""
    app, recording = Snooper(phone, _APP, form=thumbnail), tmp_path / "recording.har"

    def use(_screen: str) -> str:
        app.look()
        recording.write_text(_har(app.copies[0].read_bytes()))
        return ""

    words: list[str | Path] = ["watch", "canary", "--adb", phone.serial, "--capture", recording]
    talk = terminal.run(program, words, [("press Enter.", use)], columns=200)
    assert talk.code == 4, talk.screen
    assert "SENT: the recording shows that it was sent 1 time." in talk.screen
    assert "collect.example.com" in talk.screen
    later = program.run("watch", "canary", "look", "--capture", recording, "--json")
    assert later.code == 4, later.stderr
    sent, summary = later.documents
    assert (sent["host"], sent["width"], summary["sent"]) == ("collect.example.com", 200, 1)
    other = program.run("watch", "canary", "look", "--capture", recording, "--id", "5")
    assert other.code == 0
    broken = program.run("watch", "canary", "look", "--capture", tmp_path / "nothing.har")
    assert broken.code == 0
    assert "nothing.har" in broken.stderr


def test_a_recording_with_its_keys_beside_it_shows_it_too(program: Program) -> None:
    """A pcap is closed without its keys: given, they open it, as `watch capture` does."""
    made = record(
        b"canary 77", lambda: [Job("tls1.3", 20_003, "/new", make_canary(format=Format.JPEG, number=77).data)]
    )
    look: list[str | Path] = ["watch", "canary", "look", "--capture", made.plain, "--id", "77", "--json"]
    assert program.run(*look).code == 0
    opened = program.run(*look, "--keys", made.keys)
    assert opened.code == 4, opened.stderr
    assert opened.documents[0]["host"] == HOST


def test_not_seen_is_told_with_what_was_not_looked_at(phone: TestPhone, program: Program) -> None:
    """No app took it: said as not seen, never as proof."""
    ran = program.run("watch", "canary", "--adb", phone.serial, "--wait", "0")
    assert ran.code == 0, ran.stderr
    assert "NOT SEEN" in ran.stdout
    assert "That is no proof" in ran.stdout
    assert "Not looked at:" in ran.stdout
    assert "private folders" in ran.stdout
    assert _pictures(phone) == []


def test_ctrl_c_takes_the_picture_away(phone: TestPhone, program: Program) -> None:
    """The person stops while the app is to be used: nothing stays behind, nothing stays noted."""
    talk = terminal.run(
        program, ["watch", "canary", "--adb", phone.serial], [("press Enter.", terminal.CTRL_C)], columns=200
    )
    assert talk.code == 130, talk.screen
    assert _pictures(phone) == []
    finished = program.run("watch", "canary", "finish", "--adb", phone.serial)
    assert (finished.code, finished.stdout) == (0, "No test picture was left on this phone.\n")


def test_a_run_that_was_cut_off_is_finished(phone: TestPhone, program: Program) -> None:
    """The phone went away in the middle: `finish` finds the copy and takes the picture away."""
    app = Snooper(phone, _APP, form=thumbnail)

    def leave(_screen: str) -> str:
        app.look()
        phone.kill_adbd()
        return ""

    talk = terminal.run(program, ["watch", "canary", "--adb", phone.serial], [("press Enter.", leave)], columns=200)
    assert talk.code == 1, talk.screen
    phone.start_adbd()
    phone.connect()
    assert any("Screenshots" in name for name in _pictures(phone))
    ran = program.run("watch", "canary", "finish", "--adb", phone.serial)
    assert ran.code == 4, ran.stderr
    assert "An earlier run left a test picture on this phone" in ran.stderr
    assert _APP in ran.stdout
    assert _pictures(phone) == ["Android/data/com.example.finance/cache/0"]


def test_without_a_terminal_a_time_must_be_named(phone: TestPhone, program: Program) -> None:
    """Nobody could be asked: said before anything is put on the phone."""
    ran = program.run("watch", "canary", "--adb", phone.serial)
    assert ran.code == 2
    assert "--wait" in ran.stderr
    assert _pictures(phone) == []


def test_without_a_phone_the_picture_is_written_and_looked_for_later(program: Program, tmp_path: Path) -> None:
    """A person without a cable copies the picture over themselves, and the app's folder back."""
    picture = tmp_path / "new.png"
    written = program.run("watch", "canary", "--no-phone", picture, "--json").document
    assert picture.stat().st_size == written["size"]
    folder = tmp_path / "back/Android/data/com.example.finance/cache"
    folder.mkdir(parents=True)
    (folder / "x.0").write_bytes(b"\0" * 50 + thumbnail(picture.read_bytes()))
    ran = program.run("watch", "canary", "look", tmp_path / "back", "--id", str(written["number"]), "--json")
    assert ran.code == 4, ran.stderr
    copy, summary = ran.documents
    assert (copy["number"], copy["app"], copy["offset"]) == (written["number"], _APP, 50)
    assert summary["copies"] == 1
    other = program.run("watch", "canary", "look", tmp_path / "back", "--id", "5")
    assert other.code == 0
    assert "NOT SEEN" in other.stdout
    nowhere = program.run("watch", "canary", "look", tmp_path / "nowhere")
    assert nowhere.code == 2
    assert "There is nothing at" in nowhere.stderr
    again = program.run("watch", "canary", "--no-phone", picture)
    assert again.code == 1
    assert "File exists" in again.stderr


def test_bytes_of_an_app_that_sends_nothing_more(phone: TestPhone, program: Program) -> None:
    """One run each: it sent less than the picture has, told with the numbers."""
    ran = program.run(
        *("watch", "canary", "bytes", _APP, "--adb", phone.serial, "--rounds", "1", "--wait", "0", "--json")
    )
    assert ran.code == 0, ran.stderr
    (summary,) = ran.documents
    assert (summary["conclusion"], summary["tier"], summary["most_sent"]) == ("not-sent", "observed", 0)
    assert summary["forms"][0]["size"] > 9_000_000
    assert all(form["excluded"] for form in summary["forms"])
    assert summary["picture_access"] == []
    assert _pictures(phone) == []
    assert os.listdir(phone.storage / "Pictures") == []


def test_a_snapshot_after_the_test_shows_the_copy(phone: TestPhone, program: Program, tmp_path: Path) -> None:
    """The vault is looked through too: the app's folder is named as on the phone."""
    make_vault(tmp_path / "vault", "secret")
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="secret")
    app = Snooper(phone, _APP, form=thumbnail, name="files/{}")

    def use(_screen: str) -> str:
        app.look()
        return ""

    terminal.run(named, ["watch", "canary", "--adb", phone.serial], [("press Enter.", use)])
    assert named.run("backup", "--adb", phone.serial).code in {0, 3}
    ran = named.run("watch", "canary", "look", "--snapshot", "latest", "--json")
    assert ran.code == 4, ran.stderr
    copy, _summary = ran.documents
    assert (copy["app"], copy["path"]) == (_APP, f"/shared/Android/data/{_APP}/files/0")
