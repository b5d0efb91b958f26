"""Apps' backups on this computer, beside what snapshots hold of them: what is listed, and what is advised."""

import datetime as dt
from pathlib import Path

from phoneward.findings import Finding, Severity
from phoneward.phones.appbackups import OnComputer
from phoneward.snapshots import OwnerState, State, list_snapshots, phones_own_backups
from phoneward.snapshots.app_folders import FOLDER, KeptFolder
from phoneward.snapshots.app_listing import Here, found_here, path_id
from phoneward.snapshots.coverage import encode_coverage
from phoneward.snapshots.findings_computer import computer_findings
from phoneward.snapshots.state import Change
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import File, put_snapshot
from tests.snapshots.covering import NOW, ago, app, coverage, facts, own_backup

WECHAT = "com.tencent.mm"
PC, PHONE = "00112233aabbccdd", "0123456789abcdef"


def on_computer(
    path: Path, made: dt.datetime | None = NOW, kind: str = "backup", app: str = "wechat", account: str = "wxid_mum"
) -> OnComputer:
    return OnComputer(app, WECHAT, kind, {"en": "WeChat"}, path, account, made, 5, 1, True)  # type: ignore[arg-type]


def keeps(*paths: Path) -> OwnerState:
    """A person who said of these folders that they are of a phone."""
    folders = [KeptFolder(PHONE, PC, WECHAT, f"f{number}", str(path)) for number, path in enumerate(paths)]
    changes = [Change(FOLDER, folder.subject, folder.path) for folder in folders]
    return OwnerState().changed(changes, now_ns=1, writer="w") if changes else OwnerState()


def listed(*found: OnComputer, state: OwnerState | None = None, computer: str | None = PC) -> list[Here]:
    return found_here(found, state or OwnerState(), computer, NOW)


def severity(made: dt.datetime | None, kind: str = "backup", app: str = "wechat") -> Severity:
    (one,) = listed(on_computer(Path("/x"), made, kind, app))
    return one.severity


def test_what_is_found_and_goes_along_is_listed_once(tmp_path: Path) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.mkdir()
    rows = listed(on_computer(there), state=keeps(there, gone))
    assert [(one.path, one.found is not None, len(one.kept), one.is_there) for one in rows] == [
        (there, True, 1, True),
        (gone, False, 1, False),
    ]
    assert rows[0].id == path_id(str(there)) != rows[1].id


def test_a_computer_that_nobody_named_keeps_nothing(tmp_path: Path) -> None:
    assert [one.kept for one in listed(on_computer(tmp_path), state=keeps(tmp_path), computer=None)] == [()]
    assert listed(state=keeps(tmp_path), computer="ffffffffffffffff") == []


def test_how_much_the_age_of_a_backup_matters() -> None:
    """By the days of the app that made it: WeChat's is made by hand, so not every week."""
    assert severity(ago(13)) is Severity.FINE
    assert severity(ago(14)) is Severity.ADVICE
    assert severity(ago(60)) is Severity.WARNING
    assert severity(ago(8), app="nobody knows it") is Severity.ADVICE
    assert severity(None) is Severity.ADVICE, "nobody can tell"
    assert severity(ago(-3)) is Severity.ADVICE, "a clock was wrong"
    assert severity(ago(1), kind="export") is Severity.ADVICE, "no app takes an export back"
    assert severity(ago(400), kind="export") is Severity.ADVICE


def found(*here: Here, phones: tuple[tuple[str, str], ...] = ((PHONE, "Mum's"),), **changes: object) -> list[Finding]:
    return list(computer_findings(facts(here=here, phones=phones, **changes)))


def titles(*here: Here, **changes: object) -> list[str]:
    return [str(one.title) for one in found(*here, **changes)]  # type: ignore[arg-type]


def test_a_backup_that_is_in_no_snapshot_is_said(tmp_path: Path) -> None:
    (one,) = found(*listed(on_computer(tmp_path)))
    assert (one.code, one.severity) == ("snapshots.own-backup-not-kept", Severity.ADVICE)
    assert "wxid_mum" in str(one.title)
    assert [action.verb for action in one.actions] == ["keep-app-backup", "app-backups"]


def test_it_is_urgent_where_the_phones_chats_are_lost_otherwise(tmp_path: Path) -> None:
    for state, wanted in (
        (State.OUT_OF_REACH, Severity.WARNING),
        (State.PART, Severity.WARNING),
        (State.OWN_BACKUP, Severity.ADVICE),
        (State.KEPT, Severity.ADVICE),
    ):
        (one,) = found(*listed(on_computer(tmp_path)), coverage=coverage(apps=[app(WECHAT, state)]))
        assert one.severity is wanted, state
    (other,) = found(*listed(on_computer(tmp_path)), coverage=coverage(apps=[app("com.other")]))
    assert other.severity is Severity.ADVICE


def test_what_needs_nothing_is_not_said(tmp_path: Path) -> None:
    assert titles(*listed(on_computer(tmp_path), state=keeps(tmp_path))) == [], "it goes along"
    assert titles(*listed(on_computer(tmp_path, kind="export"))) == []
    assert titles(*listed(on_computer(tmp_path / "gone"))) == [], "it is not there any more"
    assert titles(*listed(on_computer(tmp_path)), phones=()) == [], "there is no phone that it could go along with"


def test_a_computer_full_of_them_is_not_a_checkup_full_of_them(tmp_path: Path) -> None:
    places = [tmp_path / f"f{number}" for number in range(30)]
    for place in places:
        place.mkdir()
    assert len(found(*listed(*map(on_computer, places)))) == 20


def test_each_phone_stands_by_its_newest_finished_snapshot(tmp_path: Path) -> None:
    """A run that was cut short and a proof that came later say nothing of how the phone stands today."""
    vault = Vault.make(tmp_path)
    repo = vault.reopen()

    def tree(*days: float) -> dict[bytes, object]:
        apps = [app(WECHAT, own_backups=[own_backup(day)]) for day in days]
        return {b"coverage.json": File(encode_coverage(coverage(apps=apps)))}

    put_snapshot(repo, tree(50), day=1, device="a")
    put_snapshot(repo, tree(3), day=2, device="a")
    put_snapshot(repo, tree(), day=3, device="a", partial=True)
    put_snapshot(repo, tree(), day=4, device="a", proof=True)
    put_snapshot(repo, tree(9), day=1, device="b")
    put_snapshot(repo, {}, day=2, device="c")
    repo = vault.reopen()
    infos = list_snapshots(repo)
    every = phones_own_backups(repo, infos, OwnerState(), NOW)
    assert [(one.device, [row.made for row in one.rows]) for one in every] == [("a", [ago(3)]), ("b", [ago(9)])]
    (only,) = phones_own_backups(repo, infos, OwnerState(), NOW, device="b")
    assert only.device == "b"
