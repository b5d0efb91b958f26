"""`update install`: an update goes in only when the data is safe, and what became of the data is looked at and said."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.installing import APP, NOTE, SECOND, Bench, apk
from tests.cli.program import Ran
from tests.phone.testphone import TestPhone

if TYPE_CHECKING:
    from tests.cli.terminal import Answer


@pytest.fixture
def bench(phone: TestPhone, tmp_path: Path) -> Bench:
    """A phone with version 1 of an app that a computer may read."""
    return Bench.make(phone, tmp_path, apk(1, debuggable=True))


def test_the_whole_guarded_path(bench: Bench) -> None:
    update = bench.file(apk(2, debuggable=True))
    before = bench.record()
    talk = bench.talk([update], [("Install it. ", "yes")])
    assert talk.code == 0, talk.screen
    for words in (
        "KEEPS YOUR DATA",
        "2 files of",
        "you lose nothing",
        "Leave the app as it is",
        "data was not touched",
    ):
        assert words in talk.screen, talk.screen
    after = bench.record()
    assert (before["versionCode"], after["versionCode"]) == ("1", "2")
    assert before["firstInstallTime"] == after["firstInstallTime"]
    assert (bench.private / "databases/diary.db").read_bytes() == NOTE * 3
    assert bench.has_data()


def only(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the only line of this kind."""
    (found,) = [document for document in documents if document["message_type"] == kind]
    return found


def app_line(ran: Ran) -> dict[str, Any]:
    """Return what became of the only app."""
    return only(ran.documents, "install_app")


def snapshots_of(bench: Bench) -> int:
    """Return how many snapshots the vault has."""
    return len(list((bench.folder / "vault/snapshots").iterdir()))


def test_a_script_says_yes_beforehand_and_reads_json(bench: Bench) -> None:
    update = bench.file(apk(2, debuggable=True))
    ran = bench.install(update, "--yes", "--json")
    assert ran.code == 0, ran.stderr
    plan, line, summary = ran.documents
    assert (plan["message_type"], plan["verdict"], plan["package"]) == ("install_plan", "keeps", APP)
    assert plan["files"][0]["sha256"] == apk(2, debuggable=True).sha256
    assert (line["outcome"], line["old_version"], line["new_version"]) == ("kept", "1.0", "2.0")
    assert summary["exit_code"] == 0
    assert not list((bench.program.home / "state/installs").rglob("copy-*")), "the private copy is gone"
    assert not list((bench.program.home / "state/installs").rglob("*.begun")), "nothing is left to be settled"
    again = bench.install(update, "--yes", "--json")
    assert (again.code, app_line(again)["outcome"]) == (0, "same")
    held = bench.program.run("ls", line["snapshot"], f"/packages/{APP}").stdout
    assert "base.apk" in held


def test_without_a_yes_and_without_anybody_to_ask_nothing_is_installed(bench: Bench) -> None:
    ran = bench.install(bench.file(apk(2, debuggable=True)), "--json")
    assert (ran.code, app_line(ran)["outcome"]) == (4, "declined")
    assert bench.record()["versionCode"] == "1"


@pytest.mark.parametrize("answer", ["", "no", "2"])
def test_enter_alone_leaves_everything_as_it_is(bench: Bench, answer: str) -> None:
    talk = bench.talk([bench.file(apk(2, debuggable=True))], [("Install it. ", answer)])
    assert talk.code == 4
    assert bench.record()["versionCode"] == "1"


def test_a_rehearsal_writes_nothing(bench: Bench) -> None:
    ran = bench.install(bench.file(apk(2, debuggable=True)), "--dry-run", "--json")
    assert (ran.code, app_line(ran)["outcome"]) == (0, "would")
    assert snapshots_of(bench) == 0
    wiping = bench.install(bench.file(apk(2, by=SECOND, debuggable=True), "other.apk"), "--dry-run", "--json")
    assert (wiping.code, app_line(wiping)["outcome"]) == (4, "would-wipe")
    assert bench.record()["versionCode"] == "1"


def test_an_update_that_android_would_refuse_is_not_even_begun(bench: Bench) -> None:
    ran = bench.install(bench.file(apk(2, debuggable=True, min_sdk=99)), "--yes")
    assert ran.code == 4, ran.stdout
    assert "Android would not take this" in ran.stdout
    assert "newer Android" in ran.stdout
    assert snapshots_of(bench) == 0
    assert bench.record()["versionCode"] == "1"


def test_parts_of_one_app_go_in_together(phone: TestPhone, tmp_path: Path) -> None:
    old = apk(1, debuggable=True), apk(1, split="config.de")
    bench = Bench.make(phone, tmp_path, *old)
    base, part = apk(2, debuggable=True), apk(2, split="config.de")
    files = bench.file(base, "b.apk"), bench.file(part, "p.apk")
    ran = bench.install(*files, "--yes", "--json")
    assert (ran.code, app_line(ran)["outcome"]) == (0, "kept"), ran.stdout
    folder = phone.root / bench.record()["codePath"].lstrip("/")
    assert {path.name: path.read_bytes() for path in folder.glob("*.apk")} == {
        "base.apk": base.data,
        "split_config.de.apk": part.data,
    }
    twice = bench.install(files[0], bench.file(apk(3, debuggable=True), "c.apk"), "--json")
    assert (twice.code, twice.complaint["code"]) == (2, "twice")


@pytest.mark.parametrize("how", ["data", "data-and-time"])
def test_data_lost_behind_your_back_is_said_and_what_is_there_is_collected(bench: Bench, how: str) -> None:
    bench.played = {"loses": how}
    update = bench.file(apk(2, debuggable=True))
    bench.shared.unlink()
    bench.put_data()
    ran = bench.install(update, "--yes", "--json")
    line = app_line(ran)
    if how == "data" and line["outcome"] == "unsure":
        pytest.fail(str(line))
    assert (ran.code, line["outcome"]) == (4, "lost"), line
    assert line["snapshot_after_loss"]
    assert line["snapshot_after_loss"] != line["snapshot"]
    assert line["restored_files"] is None, "nobody asked for it"
    kept = bench.program.run("ls", line["snapshot"], f"/appdata/{APP}/databases").stdout
    assert "diary.db" in kept
    assert any("phoneward restore" in sentence for sentence in line["sentences"])


def test_after_a_loss_what_the_snapshot_holds_comes_back_when_that_is_asked_for(bench: Bench) -> None:
    bench.played = {"loses": "data-and-time"}
    update = bench.file(apk(2, debuggable=True))
    talk = bench.talk([update], [("Install it. ", "yes"), ("Put back onto the phone", "yes")])
    assert talk.code == 4, talk.screen
    assert "DATA LOST" in talk.screen
    assert bench.has_data()


def test_what_the_person_names_may_change_meanwhile_and_what_was_judged_goes_in(bench: Bench) -> None:
    update = bench.file(apk(2, debuggable=True))

    def swap(_screen: str) -> str:
        update.write_bytes(b"something else")
        return "yes"

    talk = bench.talk([update], [("Install it. ", swap)])
    assert talk.code == 0, talk.screen
    assert bench.record()["versionCode"] == "2"


def test_a_private_copy_that_was_changed_is_never_installed(bench: Bench) -> None:
    update = bench.file(apk(2, debuggable=True))

    def tamper(_screen: str) -> str:
        (copy,) = (bench.program.home / "state/installs").rglob("base.apk")
        data = bytearray(copy.read_bytes())
        data[len(data) // 2] ^= 1
        copy.write_bytes(data)
        return "yes"

    talk = bench.talk([update], [("Install it. ", tamper)])
    assert talk.code == 1, talk.screen
    assert "not what it was when it was judged" in talk.screen
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()


def test_another_version_that_appears_meanwhile_stops_it(bench: Bench) -> None:
    update = bench.file(apk(3, debuggable=True))
    between = apk(2, debuggable=True)

    def store_updates(_screen: str) -> str:
        bench.installed = (between,)
        bench.answer()
        return "yes"

    talk = bench.talk([update], [("Install it. ", store_updates)])
    assert talk.code == 1, talk.screen
    assert "changed while this was prepared" in talk.screen
    assert bench.record()["versionCode"] == "2"
    assert bench.program.run("update", "install", "--adb", bench.phone.serial).code == 0, "nothing is left to settle"


def test_a_full_phone_is_told_before_anything_is_saved_or_sent(bench: Bench) -> None:
    bench.played = {"room": "10000"}
    ran = bench.install(bench.file(apk(2, debuggable=True)), "--yes", "--json")
    line = app_line(ran)
    assert (ran.code, line["outcome"]) == (1, "failed"), line
    assert "too little room" in line["sentences"][0]
    assert "Do not uninstall" in line["sentences"][1]
    assert snapshots_of(bench) == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("INSTALL_FAILED_USER_RESTRICTED: Install canceled by user", "Install via USB"),
        ("INSTALL_FAILED_INSUFFICIENT_STORAGE: Failed to free", "too little room"),
        ("INSTALL_FAILED_SOMETHING_NEW: words of a maker", "words of a maker"),
    ],
)
def test_a_phone_that_refuses_in_the_end_keeps_what_it_has(bench: Bench, answer: str, said: str) -> None:
    bench.played = {"refuses": answer}
    ran = bench.install(bench.file(apk(2, debuggable=True)), "--yes", "--json")
    line = app_line(ran)
    assert (ran.code, line["outcome"]) == (1, "failed"), line
    assert said in line["sentences"][0]
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()


@pytest.mark.parametrize(
    ("app", "data_bytes"), [({}, 5000), ({}, None)], ids=["the phone tells how much", "the phone tells nothing"]
)
def test_the_only_copy_is_never_deleted_whatever_is_typed(
    phone: TestPhone, tmp_path: Path, app: dict[str, Any], data_bytes: int | None
) -> None:
    bench = Bench.make(phone, tmp_path, apk(1, **app))
    bench.data_bytes = data_bytes
    update = bench.file(apk(2, by=SECOND))
    talk = bench.talk([update], [])
    assert talk.code == 4, talk.screen
    assert "whatever is typed" in talk.screen
    assert "ONLY POSSIBLE BY WIPING" in talk.screen
    assert bench.record()["versionCode"] == "1"
    script = bench.install(update, "--yes", "--json")
    line = app_line(script)
    assert (script.code, line["outcome"]) == (4, "not-done")
    assert "no-copy" in line["reasons"]
    assert bench.has_data()


@pytest.mark.parametrize("typed", ["", "yes", "delete", "diary", "org.example"])
def test_another_word_than_the_apps_name_deletes_nothing(bench: Bench, typed: str) -> None:
    talk = bench.talk([bench.file(apk(2, by=SECOND, debuggable=True))], [("Delete all that it holds. ", typed)])
    assert talk.code == 4, talk.screen
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()


def test_a_script_can_never_delete(bench: Bench) -> None:
    ran = bench.install(bench.file(apk(2, by=SECOND, debuggable=True)), "--yes", "--json")
    assert (ran.code, app_line(ran)["outcome"]) == (4, "declined")
    assert bench.has_data()


def test_with_its_name_typed_the_app_is_removed_installed_anew_and_its_files_are_offered(bench: Bench) -> None:
    update = bench.file(apk(2, by=SECOND, debuggable=True))
    answers: list[tuple[str, Answer]] = [(f"type “{APP}”", f" {APP.upper()} "), ("Put back onto", "yes")]
    talk = bench.talk([update], answers)
    assert talk.code == 0, talk.screen
    assert talk.screen.index("Keep the app as it is") < talk.screen.index("Delete all that it holds")
    assert bench.record()["versionCode"] == "2"
    assert bench.has_data(), "what a computer may write came back"
    assert not (bench.private / "databases").exists()
    assert "--app-backups" in talk.screen


def test_an_app_that_could_not_be_installed_after_it_was_removed_gets_its_old_version_back(bench: Bench) -> None:
    update = bench.file(apk(2, by=SECOND, debuggable=True))
    (bench.phone.root / "data/teststate/played").mkdir(exist_ok=True)
    refuses = bench.phone.root / "data/teststate/played/refuses"
    refuses.write_text("INSTALL_FAILED_ABORTED: User rejected permissions")

    def allow(_screen: str) -> str:
        refuses.unlink()
        return "yes"

    answers: list[tuple[str, Answer]] = [
        (f"type “{APP}”", APP),
        ("Put the version of", allow),
        ("Put back onto", "yes"),
    ]
    talk = bench.talk([update], answers)
    assert talk.code == 4, talk.screen
    assert "cancelled on the phone" in talk.screen
    assert "What it held on the phone is gone" in talk.screen
    assert bench.record()["versionCode"] == "1"
    assert bench.has_data()


def test_an_app_that_is_not_there_is_not_installed(bench: Bench) -> None:
    ran = bench.install(bench.file(apk(2, package="org.example.other"), "o.apk"), "--yes", "--json")
    assert (ran.code, app_line(ran)["outcome"], app_line(ran)["reasons"]) == (4, "not-done", ["not-installed"])
    assert bench.record("org.example.other") == {}


def test_a_file_that_is_no_app_is_said_before_anything_is_done(bench: Bench) -> None:
    nonsense = bench.folder / "no.apk"
    nonsense.write_bytes(b"no app")
    ran = bench.install(bench.file(apk(2, debuggable=True)), nonsense, "--yes", "--json")
    assert ran.code == 1
    assert bench.record()["versionCode"] == "1"
    assert snapshots_of(bench) == 0


def test_a_private_copy_that_changed_is_found_before_it_is_removed(bench: Bench) -> None:
    update = bench.file(apk(2, by=SECOND, debuggable=True))

    def tamper(_screen: str) -> str:
        (copy,) = (bench.program.home / "state/installs").rglob("base.apk")
        copy.write_bytes(copy.read_bytes() + b"x")
        return APP

    talk = bench.talk([update], [(f"type “{APP}”", tamper)])
    assert talk.code == 1, talk.screen
    assert bench.record()["versionCode"] == "1", "it was not removed for a file that cannot be installed"
    assert bench.has_data()


def test_an_app_that_changed_since_is_found_before_it_is_removed(bench: Bench) -> None:
    update = bench.file(apk(3, by=SECOND, debuggable=True))
    between = apk(2, debuggable=True)

    def store_updates(_screen: str) -> str:
        bench.installed = (between,)
        bench.answer_without_harm()
        return APP

    talk = bench.talk([update], [(f"type “{APP}”", store_updates)])
    assert talk.code == 1, talk.screen
    assert bench.record()["versionCode"] == "2"
    assert bench.has_data()
