"""What the room says to its question: each finding from a made document, and never "fine" where something is lost."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from phoneward import texts
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots.answer_facts import Facts, OtherPhone, others_of
from phoneward.snapshots.answering import answer_from
from phoneward.snapshots.coverage import ApkState, Area, Levels, OwnBackup, State, Totals, Waiting
from phoneward.snapshots.finding_parts import MAX_OF_A_KIND
from phoneward.snapshots.gaps import Gap
from phoneward.snapshots.second_vaults import SecondVault
from phoneward.snapshots.state import OwnerState, name_phone
from phoneward.vault import FileId
from tests.snapshots.covering import ID, ago, app, coverage, facts, info, own_backup, random_facts, record, storage


def found(known: Facts) -> dict[str, Finding]:
    return {finding.key: finding for finding in answer_from(known).findings}


def only(known: Facts) -> Finding:
    (finding,) = answer_from(known).findings
    return finding


def commands(finding: Finding) -> list[str]:
    return [" ".join(action.command) for action in finding.actions]


def test_a_phone_that_is_looked_after_has_no_finding() -> None:
    answer = answer_from(facts())
    assert answer.findings == ()
    assert answer.severity is Severity.FINE
    assert str(answer.sentence) == (
        "You would keep 12,345 files (34.0 GB), as of yesterday; nothing else is known to be lost."
    )
    assert [str(line) for line in answer.not_checked] == [
        f"what came onto the phone, or was changed there, after {texts.Moment(ago(1))}"
    ]


def test_no_snapshot() -> None:
    answer = answer_from(facts(snapshot=None, coverage=None, newest=None, restored=None, read_back=None))
    (finding,) = answer.findings
    assert (finding.code, finding.severity, finding.tier) == (codes.NONE, Severity.DANGER, Tier.OBSERVED)
    assert commands(finding) == ["phoneward backup"]
    assert str(answer.sentence) == "You would lose everything: there is no snapshot yet."
    begun = answer_from(facts(snapshot=None, coverage=None, newest=None, cut_short=info(partial=True)))
    assert "cut short" in str(begun.findings[0].detail)
    assert begun.severity is Severity.DANGER


@pytest.mark.parametrize(
    ("days", "severity"),
    [(0, None), (7.9, None), (8, Severity.ADVICE), (30.9, Severity.ADVICE), (31, Severity.WARNING)],
)
def test_the_age_of_the_newest_snapshot(days: float, severity: Severity | None) -> None:
    known = found(facts(newest=info(days), snapshot=info(days)))
    assert (known[codes.OLD].severity if codes.OLD in known else None) is severity
    assert list(known) in ([], [codes.OLD])


def test_a_snapshot_from_the_future_has_no_age() -> None:
    known = facts(newest=info(-2), snapshot=info(-2))
    finding = only(known)
    assert (finding.code, finding.tier, finding.severity) == (codes.AHEAD, Tier.NOT_CHECKED, Severity.ADVICE)
    assert "as of 30 November 2026" in str(answer_from(known).sentence)
    assert answer_from(facts(newest=info(-0.9), snapshot=info(-0.9))).findings == (), "clocks differ a little"


def test_a_run_that_was_cut_short() -> None:
    finding = only(facts(cut_short=info(0.1, partial=True), waiting=Waiting(7, 1_000_000)))
    assert (finding.code, finding.severity, finding.loss_bytes) == (codes.CUT_SHORT, Severity.WARNING, 1_000_000)
    assert str(finding.loss) == "Still to be sent: 7 files (1.0 MB)."
    unknown = only(facts(cut_short=info(0.1, partial=True)))
    assert unknown.loss_bytes is None
    asked = facts(
        snapshot=info(partial=True),
        coverage=coverage(partial=True, complete=False, waiting=Waiting(7, 10)),
        newest=None,
    )
    assert [f.code for f in answer_from(asked).findings] == [codes.CUT_SHORT]
    assert "7 files that were still to be sent" in str(answer_from(asked).sentence)


def test_wechat_comes_first_with_its_own_way_of_backing_up() -> None:
    apps = [
        app("org.tasks", lost=5_000_000),
        app("com.whatsapp", State.PART, lost=None, next_step="own-backup-whatsapp"),
        app("com.tencent.mm", State.PART, lost=11_200_000_000, next_step="own-backup-wechat"),
        app("com.bank", lost=None),
        app("com.android.settings", lost=3_000_000, is_system=True),
        app("org.kept", State.KEPT, lost=0),
    ]
    answer = answer_from(facts(coverage=coverage(apps=apps)))
    wechat, whatsapp, rest = answer.findings
    assert wechat.key == f"{codes.APP_OUT_OF_REACH}:com.tencent.mm"
    assert (wechat.severity, wechat.tier, wechat.loss_bytes) == (Severity.WARNING, Tier.INFERRED, 11_200_000_000)
    assert str(wechat.title) == "Only a part of this is in the snapshot: the chats in WeChat."
    assert str(wechat.loss) == "You would lose at least 11.2 GB of it."
    assert "Backup and Restore" in str(wechat.detail)
    assert (whatsapp.subject, whatsapp.tier, whatsapp.loss_bytes) == ("com.whatsapp", Tier.NOT_CHECKED, None)
    assert (rest.code, rest.severity, rest.loss_bytes) == (codes.APPS_OUT_OF_REACH, Severity.ADVICE, 8_000_000)
    assert str(rest.title) == "2 other apps keep data that no computer can read."
    assert "For 1 app nobody can tell" in str(rest.loss)
    assert str(answer.sentence) == (
        "You would lose at least 11.2 GB: the chats in WeChat, WhatsApp, the data of 2 other apps; you would keep "
        "12,345 files (34.0 GB), as of yesterday."
    )
    assert "how much these apps hold: WhatsApp, com.bank" in [str(line) for line in answer.not_checked]


def test_much_data_of_other_apps_is_a_warning() -> None:
    assert only(facts(coverage=coverage(apps=[app("a.b", lost=10**9)]))).severity is Severity.WARNING
    assert only(facts(coverage=coverage(apps=[app("a.b", lost=10**9 - 1)]))).severity is Severity.ADVICE


def test_an_app_of_several_users_is_counted_once() -> None:
    twins = [app("com.tencent.mm", lost=100, user_id=user) for user in (0, 999)]
    answer = answer_from(facts(coverage=coverage(apps=twins)))
    assert answer.findings[0].loss_bytes == 100
    assert "2 times" in str(answer.findings[0].loss)
    assert "at least 100 B" in str(answer.sentence)


def test_login_codes_are_no_chats() -> None:
    answer = answer_from(facts(coverage=coverage(apps=[app("com.beemdevelopment.aegis", lost=50)])))
    assert "the login codes in Aegis" in str(answer.findings[0].title)
    assert "the login codes in Aegis" in str(answer.sentence)


@pytest.mark.parametrize(("days", "severity"), [(7, None), (9, Severity.ADVICE), (40, Severity.WARNING)])
def test_an_own_backup_grows_old(days: float, severity: Severity | None) -> None:
    apps = [app("com.whatsapp", State.OWN_BACKUP, own_backups=[own_backup(days)], next_step="refresh-own-backup")]
    answer = answer_from(facts(coverage=coverage(apps=apps)))
    assert [finding.severity for finding in answer.findings] == ([severity] if severity else [])
    if severity:
        (finding,) = answer.findings
        assert finding.evidence[0].source == "/shared/WhatsApp/Databases/msgstore.db.crypt15"
        assert finding.key == "snapshots.own-backup-old:com.whatsapp"
        assert "a new backup" in str(finding.detail)
    assert any("own backups of WhatsApp" in str(line) for line in answer.not_checked)


@pytest.mark.parametrize("backups", [[], [own_backup(-30)], [OwnBackup("x", dt.datetime(1, 1, 1), 1)]])  # noqa: DTZ001
def test_an_own_backup_of_an_impossible_date_is_not_trusted(backups: list[OwnBackup]) -> None:
    finding = only(facts(coverage=coverage(apps=[app("com.whatsapp", State.OWN_BACKUP, own_backups=backups)])))
    assert (finding.code, finding.tier) == (codes.OWN_BACKUP_OLD, Tier.NOT_CHECKED)


def test_apps_themselves() -> None:
    apps = [app("a.b", State.KEPT, 0, apk=ApkState.MISSING), app("c.d", State.KEPT, 0, apk=ApkState.NOT_WANTED)]
    finding = only(facts(coverage=coverage(apps=apps)))
    assert (finding.code, str(finding.title)) == (codes.APPS_NOT_KEPT, "1 app itself is not in the snapshot.")


def test_missing_names_by_reason() -> None:
    gaps = [Gap(f"/sdcard/{n}", "denied", "Permission denied", earlier=n == 1) for n in range(5)]
    known = found(
        facts(
            coverage=coverage(
                complete=False, gaps=gaps, gap_counts={"denied": 1234, "torn": 2, "vanished": 1, "new-reason": 3}
            )
        )
    )
    denied = known["snapshots.names-missing:denied"]
    assert (denied.severity, str(denied.title)) == (Severity.WARNING, "1,234 names are not in the snapshot.")
    assert [evidence.source for evidence in denied.evidence] == ["/sdcard/0", "/sdcard/1", "/sdcard/2"]
    assert "not allowed to read it" in str(denied.detail)
    assert "an earlier snapshot still holds something" in str(denied.detail)
    assert known["snapshots.names-uncertain:torn"].severity is Severity.ADVICE
    assert known["snapshots.names-missing:vanished"].severity is Severity.ADVICE
    assert known["snapshots.names-missing:new-reason"].severity is Severity.WARNING
    assert len(known) == 4
    whole = answer_from(facts(coverage=coverage(complete=False, gap_counts={"denied": 2})))
    assert "2 names that could not be read" in str(whole.sentence)


def test_thousands_of_made_up_reasons_do_not_make_thousands_of_findings() -> None:
    answer = answer_from(facts(coverage=coverage(complete=False, gap_counts={f"r{n}": 1 for n in range(3000)})))
    assert len(answer.findings) == MAX_OF_A_KIND + 1
    assert sum(int(str(f.title).partition(" ")[0].replace(",", "")) for f in answer.findings) == 3000


def test_messages_that_the_phone_refused() -> None:
    """Whoever has an older phone hears that no message is kept, why, and what helps."""
    whole = found(facts(coverage=coverage(records=[record(), record("calls")])))
    sms, calls = whole["snapshots.records-out-of-reach:sms"], whole["snapshots.records-out-of-reach:calls"]
    assert (sms.severity, calls.severity) == (Severity.WARNING, Severity.ADVICE)
    assert str(sms.title) == "Your text messages are not in the snapshot."
    assert str(sms.detail) == (
        "This version of Android does not let a computer read them; newer ones do. In SMS Backup & Restore make a"
        " local backup; then run this backup again."
    )
    assert "SecurityException" in str(sms.evidence[0].what)
    assert commands(sms)[0] == "phoneward backup"
    (mms,) = found(facts(coverage=coverage(records=[record("mms")]))).values()
    assert (mms.severity, mms.subject) == (Severity.ADVICE, "mms")
    assert str(mms.title) == "Your messages with pictures (MMS) are not in the snapshot."
    kept = [record(state=State.KEPT, reason="", kept=5), record("calls", State.KEPT, reason="records-absent")]
    assert found(facts(coverage=coverage(records=kept))) == {}


def test_messages_kept_by_the_backup_of_an_app_are_no_finding() -> None:
    """SMS Backup & Restore's own file is in the snapshot: nobody is told that all is lost."""
    backups = app("com.riteshsahu.SMSBackupRestore", State.OWN_BACKUP, own_backups=[own_backup(1)])
    assert found(facts(coverage=coverage(records=[record()], apps=[backups]))) == {}


def test_contacts_that_the_phone_refused() -> None:
    """The messages' app holds no contacts: whoever has it hears all the same that none are kept, and what helps."""
    backups = app("com.riteshsahu.SMSBackupRestore", State.OWN_BACKUP, own_backups=[own_backup(1)])
    refused = [record(), record("contacts", reason="records-refused", next_step="own-backup-contacts")]
    told = only(facts(coverage=coverage(records=refused, apps=[backups])))
    assert (told.subject, told.severity) == ("contacts", Severity.WARNING)
    assert str(told.title) == "Your contacts are not in the snapshot."
    assert "look for Export" in str(told.detail)


def test_an_incomplete_snapshot_that_does_not_say_why() -> None:
    assert only(facts(coverage=coverage(complete=False))).code == codes.INCOMPLETE
    lost = only(facts(coverage=coverage(totals=Totals(5, 5, 0, 77, 0, 0))))
    assert (lost.code, lost.loss_bytes) == (codes.INCOMPLETE, 77)


def test_files_never_compared_and_mismatched() -> None:
    finding = only(facts(coverage=coverage(levels=Levels(100, 42, 58, 0, ago(9)))))
    assert (finding.code, finding.severity) == (codes.NOT_COMPARED, Severity.ADVICE)
    assert str(finding.title).startswith("42 files were stored and read back")
    assert commands(finding)[0] == "phoneward backup --verify-all"
    folder = only(facts(kind="folder", coverage=coverage(levels=Levels(100, 100, 0, 0, None))))
    assert commands(folder) == ["phoneward backup --verify-all --folder DIR", "phoneward coverage abababab"]
    mismatched, stored = answer_from(facts(coverage=coverage(levels=Levels(100, 5, 95, 3, ago(9))))).findings
    assert (mismatched.code, mismatched.severity) == (codes.MISMATCHED, Severity.WARNING)
    assert str(stored.title).startswith("2 files")
    unknown = only(facts(coverage=coverage(levels=None)))
    assert (unknown.code, unknown.tier) == (codes.NOT_COMPARED, Tier.NOT_CHECKED)


def test_storages_missing_and_closed() -> None:
    closed = storage(
        area=Area.USER,
        name="999",
        label="",
        path="/users/999",
        state=State.OUT_OF_REACH,
        next_step="unlock-user",
        phone_bytes=5_000_000_000,
    )
    answer = answer_from(facts(coverage=coverage(storages=[storage(), closed], missing_storages=["card/1A2B-3C4D"])))
    first, second = answer.findings
    assert (first.key, first.loss_bytes) == ("snapshots.storage-closed:/users/999", 5_000_000_000)
    assert "turn the work profile on" in str(first.detail)
    assert second.key == "snapshots.storage-missing:card/1A2B-3C4D"
    assert "You would lose at least 5.0 GB: the files of user 999;" in str(answer.sentence)
    assert "the files of user 999: the phone keeps it closed" in [str(line) for line in answer.not_checked]
    many = answer_from(facts(coverage=coverage(missing_storages=[f"card/{n}" for n in range(1000)])))
    assert len(many.findings) == MAX_OF_A_KIND + 1
    assert "980 more" in str(many.findings[-1].title)


def test_the_clock_was_set_back() -> None:
    assert only(facts(coverage=coverage(clock_went_back=True))).code == codes.CLOCK_SET_BACK


def test_other_phones() -> None:
    others = (
        OtherPhone("1" * 16, "Fresh", info(2)),
        OtherPhone("2" * 16, "Mum's", info(40, file_id=FileId("cd" * 32))),
        OtherPhone("3" * 16, "Begun", None),
    )
    known = found(facts(others=others))
    assert set(known) == {f"snapshots.other-phone-old:{'2' * 16}", f"snapshots.other-phone-none:{'3' * 16}"}
    old = known[f"snapshots.other-phone-old:{'2' * 16}"]
    assert "Mum's" in str(old.title)
    assert old.actions[0].arguments == {"device": "2" * 16}
    assert old.evidence[0].snapshot == "cd" * 32


def test_other_phones_have_the_names_that_their_person_gave() -> None:
    state = OwnerState().changed([name_phone("2" * 16, "Mum's")], now_ns=1, writer="w")
    every = [info(3, device="2" * 16), info(2, device="3" * 16, label="Red\x1b"), info(1)]
    assert [other.label for other in others_of(every, "0123456789abcdef", state)] == ["Mum's", "Red\\x1b"]


def test_a_backup_file_of_long_ago_grows_no_older() -> None:
    old = replace(info(400), backup_file=True)
    assert codes.OLD not in found(facts(newest=old, snapshot=old))
    assert codes.OLD in found(facts(newest=info(400), snapshot=info(400)))
    assert others_of([old], "another", OwnerState()) == ()
    assert len(others_of([info(400)], "another", OwnerState())) == 1


def test_damaged_snapshot_files() -> None:
    finding = only(facts(damaged=(FileId("ef" * 32),)))
    assert (finding.code, finding.severity) == (codes.DAMAGED, Severity.DANGER)
    assert finding.evidence[0].source == "snapshots/" + "ef" * 32
    assert commands(finding) == ["phoneward check", "phoneward check --read-data --note"]


@pytest.mark.parametrize(
    ("restored", "expected"),
    [
        (None, codes.NEVER_RESTORED),
        (ago(182), None),
        (ago(184), codes.RESTORE_TEST_OLD),
        (ago(-5), codes.NEVER_RESTORED),
    ],
)
def test_was_anything_ever_restored(restored: dt.datetime | None, expected: str | None) -> None:
    findings = answer_from(facts(restored=restored)).findings
    assert [finding.code for finding in findings] == ([expected] if expected else [])
    if expected == codes.NEVER_RESTORED:
        assert (findings[0].tier, findings[0].severity) == (Tier.NOT_CHECKED, Severity.ADVICE)


@pytest.mark.parametrize(
    ("read", "expected"), [(None, codes.NEVER_READ_BACK), (ago(91), None), (ago(93), codes.READ_BACK_OLD)]
)
def test_was_the_vault_ever_read_back(read: dt.datetime | None, expected: str | None) -> None:
    findings = answer_from(facts(read_back=read)).findings
    assert [finding.code for finding in findings] == ([expected] if expected else [])
    assert all(finding.tier is (Tier.NOT_CHECKED if read is None else Tier.OBSERVED) for finding in findings)


def test_a_snapshot_without_a_coverage_document() -> None:
    foreign = facts(snapshot=info(device=""), coverage=None, newest=None)
    finding = only(foreign)
    assert (finding.code, finding.tier) == (codes.NO_COVERAGE, Tier.NOT_CHECKED)
    assert "another program" in str(finding.title)
    assert "Nobody can tell" in str(answer_from(foreign).sentence)
    broken = only(facts(coverage=None, no_coverage="no coverage.json"))
    assert "no coverage.json" in str(broken.detail)


def test_a_snapshot_without_files() -> None:
    empty = coverage(totals=Totals(0, 0, 0, 0, 0, 0), levels=Levels(0, 0, 0, 0))
    assert only(facts(coverage=empty)).code == codes.EMPTY


def test_an_earlier_snapshot_that_was_asked_about() -> None:
    answer = answer_from(facts(snapshot=info(20), newest=info(1, file_id=FileId("99" * 32))))
    assert any("you asked about an earlier one" in str(line) for line in answer.not_checked)
    assert answer.findings == (), "the age is that of the newest"


def test_what_the_phone_could_not_answer_is_said() -> None:
    said = answer_from(facts(coverage=coverage(not_checked={"data-size": "no dumpsys"}))).not_checked
    assert "how much the apps hold: the phone could not answer (no dumpsys)" in [str(line) for line in said]


def spoken(answer: Answer) -> list[str]:
    """Everything a person may read of an answer."""
    lines = [answer.sentence, *answer.not_checked]
    for finding in answer.findings:
        lines += [line for line in (finding.title, finding.loss, finding.detail) if line is not None]
        lines += [evidence.what for evidence in finding.evidence] + [action.label for action in finding.actions]
    return [str(line) for line in lines]


@given(random_facts)
def test_whatever_a_document_says(known: Facts) -> None:
    """No crash in any language, everything readable, and "fine" only where nothing is lost."""
    answer = answer_from(known)
    for languages in (["en"], ["zh_CN"]):
        with texts.speaking(languages):
            assert all(line.isprintable() for line in spoken(answer))
    document = known.coverage
    assert document is not None
    lost = (
        not document.complete
        or document.totals.out_of_reach_bytes > 0
        or document.missing_storages
        or any(row.state in {State.PART, State.OUT_OF_REACH} for row in document.apps)
        or any(row.state is State.OUT_OF_REACH for row in document.storages)
        or document.gaps
    )
    assert not (lost and answer.severity is Severity.FINE)
    assert {finding.code for finding in answer.findings} <= set(codes.CODES)
    assert len(answer.findings) < 200
    assert all(finding.subject.isprintable() for finding in answer.findings)
    assert all(finding.loss_bytes is None or finding.loss_bytes > 0 for finding in answer.findings)
    assert [f.severity.rank for f in answer.findings] == sorted(
        (f.severity.rank for f in answer.findings), reverse=True
    )


def test_ids_are_evidence() -> None:
    finding = only(facts(coverage=coverage(clock_went_back=True)))
    assert (finding.evidence[0].snapshot, finding.evidence[0].source) == (ID, "/coverage.json")
    assert finding.evidence[0].seen == ago(1)


def _second(days: float | None, place: str = "/nowhere/second") -> SecondVault:
    return SecondVault("ab" * 8, place, None if days is None else ago(days))


def test_a_vault_on_one_disk() -> None:
    finding = only(facts(seconds=()))
    assert (finding.code, finding.severity, finding.tier) == (codes.ONE_DISK, Severity.ADVICE, Tier.NOT_CHECKED)
    assert commands(finding) == ["phoneward copy --to FOLDER --init"]
    assert codes.ONE_DISK not in found(facts(snapshot=None, coverage=None, newest=None, seconds=()))
    assert not answer_from(facts(seconds=None)).findings, "it is a copy itself"


@pytest.mark.parametrize(
    ("days", "severity"), [(30, None), (32, Severity.ADVICE), (91, Severity.ADVICE), (93, Severity.WARNING)]
)
def test_how_old_the_second_copy_is(days: float, severity: Severity | None) -> None:
    findings = answer_from(facts(seconds=(_second(days), _second(400)))).findings
    assert [f.severity for f in findings] == ([severity] if severity else [])
    if severity:
        assert findings[0].code == codes.SECOND_COPY_OLD
        assert "not attached: nothing is at /nowhere/second" in str(findings[0].detail)
        assert commands(findings[0]) == ["phoneward copy"]


def test_nothing_new_to_copy_is_nothing_to_say() -> None:
    """A phone that was put away: all of it was copied, however long ago."""
    old = info(200)
    said = found(facts(newest=old, snapshot=old, seconds=(_second(150),)))
    assert codes.SECOND_COPY_OLD not in said
    assert codes.OLD in said


@pytest.mark.parametrize("days", [None, -5])
def test_a_second_vault_that_was_never_filled(days: float | None) -> None:
    finding = only(facts(seconds=(_second(days),)))
    assert (finding.code, finding.severity) == (codes.SECOND_COPY_OLD, Severity.WARNING)
    assert "Not everything was ever copied" in str(finding.title)


def test_whether_its_disk_is_attached(tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(b"")
    finding = only(facts(seconds=(_second(40), _second(60, str(tmp_path)))))
    assert str(finding.detail) == "The disk is attached."
    hostile = only(facts(seconds=(_second(40, "\x1b[2J\0"),)))
    assert "\x1b" not in str(hostile.detail)
