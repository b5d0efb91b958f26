"""The coverage table: four states, figures, reasons, next steps, at 80 columns and with wide characters."""

import datetime as dt
import io
import re
from collections.abc import Callable

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from phoneward import texts
from phoneward.cli import coverage_view
from phoneward.cli.output import Output
from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    Area,
    Coverage,
    Gap,
    OwnBackup,
    Proof,
    ProofLevel,
    RecordCoverage,
    State,
    StorageCoverage,
    Totals,
    Waiting,
)
from phoneward.snapshots.reasons import NEXT_STEP_SENTENCES, REASON_SENTENCES

NOON = dt.datetime(2025, 11, 20, 12, 0, tzinfo=dt.UTC)


def app(package: str, state: State, reason: str, step: str, **more: object) -> AppCoverage:
    values: dict[str, object] = {
        "user_id": 0, "version_name": "1", "version_code": 1, "is_system": False, "apk": ApkState.KEPT,
        "kept_files": 0, "kept_bytes": 0, "phone_bytes": None, "out_of_reach_bytes": None,
    }  # fmt: skip
    return AppCoverage(package=package, state=state, reason=reason, next_step=step, **{**values, **more})  # type: ignore[arg-type]


APPS = [
    app("org.kept", State.KEPT, "nothing-private", "nothing", out_of_reach_bytes=0, kept_bytes=1500),
    app("com.tencent.mm", State.OUT_OF_REACH, "private-out-of-reach", "own-backup-wechat",
        out_of_reach_bytes=11 * 10**9),
    app("com.tencent.mm", State.OUT_OF_REACH, "user-unreachable", "unlock-user", user_id=999),
    app("com.whatsapp", State.OWN_BACKUP, "own-backup", "refresh-own-backup",
        own_backups=[OwnBackup("/shared/WhatsApp/Databases/msgstore.db.crypt15", NOON, 5)]),
    app("org.part", State.PART, "some-missing", "see-gaps", out_of_reach_bytes=1_000_000),
    app("evil\x1b[2J.name", State.OUT_OF_REACH, "bad-package-name", "nothing"),
    app("com.android.hidden", State.OUT_OF_REACH, "private-unknown", "look-in-app", is_system=True),
]  # fmt: skip


def storage(area: Area, state: State, reason: str, step: str, **more: object) -> StorageCoverage:
    values: dict[str, object] = {
        "name": "shared", "label": "", "path": "/shared", "phone_path": "/sdcard", "files": 1234, "bytes": 5 * 10**9,
        "phone_bytes": None, "gaps": 0,
    }  # fmt: skip
    return StorageCoverage(area=area, state=state, reason=reason, next_step=step, **{**values, **more})  # type: ignore[arg-type]


def document(**changes: object) -> Coverage:
    values: dict[str, object] = {
        "format": 1,
        "device": "0123456789abcdef",
        "label": "phone",
        "taken": NOON,
        "complete": False,
        "partial": False,
        "proof": Proof(ProofLevel.STORED, NOON),
        "totals": Totals(1234, 5 * 10**9, 830 * 10**6, 11 * 10**9, 3, 1),
        "storages": [
            storage(Area.SHARED, State.PART, "some-missing", "see-gaps", gaps=2),
            storage(Area.USER, State.OUT_OF_REACH, "storage-locked", "unlock-user", name="999", label="XSpace 双开"),
            storage(Area.CARD, State.KEPT, "all-kept", "nothing", name="1A2B-3C4D"),
            storage(Area.APPS, State.KEPT, "all-kept", "nothing", name=""),
        ],
        "apps": APPS,
        "gap_counts": {"denied": 1, "torn": 1},
        "gaps": [Gap("/sdcard/一\x1b[2J个文件.jpg", "denied", "Permission denied"), Gap("/sdcard/b", "torn")],
        "not_checked": {"data-size": "dumpsys: not found", "apps-of-user-10": "x", "brand-new": "y"},
    }
    return Coverage(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def show(coverage: Coverage, *, width: int = 80, everything: bool = False) -> str:
        stream = io.StringIO()

        def fixed(_stream: object, renderable: object) -> None:
            Console(file=stream, width=width, markup=False, highlight=False, emoji=False).print(renderable)

        monkeypatch.setattr("phoneward.cli.output._show", fixed)
        coverage_view.show(Output(), coverage, everything=everything)
        return stream.getvalue()

    return show


def row(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_states_figures_and_notes(shown: Callable[..., str]) -> None:
    text = shown(document())
    assert "out of reach" in row(text, "WeChat (com.tencent.mm)")
    assert "11.0 GB" in row(text, "WeChat (com.tencent.mm)")
    assert row(text, "WeChat (user 999)")
    assert "kept by its own backup" in row(text, "WhatsApp (com.whatsapp)")
    assert "(2025-11-20)" in text
    assert "kept in part" in row(text, "org.part")
    assert re.search(r"org\.kept +kept +1\.5 kB", text)
    number = row(text, "WeChat (com.tencent.mm)").split()[-1]
    note = " ".join(text.split())
    assert f" {number} The app keeps data where Android lets only the app itself read. Back up to WeChat" in note


def test_the_most_worrying_come_first(shown: Callable[..., str]) -> None:
    text = shown(document())
    order = [text.index(name) for name in ("(com.tencent.mm)", "org.part", "com.whatsapp", "org.kept")]
    assert order == sorted(order)


def test_messages_and_calls_in_words(shown: Callable[..., str]) -> None:
    """One line says how many messages are kept, one why there is no call list, and what helps."""
    sms = RecordCoverage("sms", "/records/sms.xml", State.PART, "records-unclear", "own-backup-sms", 1234, 2, "11")
    calls = RecordCoverage("calls", "", State.OUT_OF_REACH, "records-refused-by-version", "own-backup-sms", 0, 0, "11")
    text = " ".join(shown(document(records=[sms, calls]), width=500).split())
    assert "Text messages kept: 1,234; missing: 2. What the phone said of some of them could be read in" in text
    assert (
        "The call list is not kept. This version of Android does not let a computer read them; newer ones do."
        " The phone says that it runs Android 11. In SMS Backup & Restore make a local backup; then run this backup"
        " again."
    ) in text
    assert "messages" not in shown(document())


def test_totals_in_words(shown: Callable[..., str]) -> None:
    text = " ".join(shown(document(), width=500).split())
    assert "If this phone broke now, you would keep 1,234 files (5.0 GB) and lose at least 11.0 GB." in text
    assert "830.0 MB more are kept only as far as the apps' own backups go." in text
    assert "For 3 apps nobody can tell" in text
    assert (
        "Not checked, because the phone could not answer: brand-new, how much the apps hold, which apps user 10 has."
        in text
    )
    nothing_lost = " ".join(shown(document(totals=Totals(1, 5, 0, 0, 0, 0)), width=500).split())
    assert "you would keep 1 file (5 B)." in nothing_lost
    assert "lose at least" not in nothing_lost


def test_warnings(shown: Callable[..., str]) -> None:
    cut = document(partial=True, waiting=Waiting(7, 10**6), missing_storages=["card/1A2B-3C4D"], clock_went_back=True)
    text = " ".join(shown(cut, width=500).split())
    assert "was cut short" in text
    assert "Still to be sent: 7 files (1.0 MB)." in text
    assert "card/1A2B-3C4D" in text
    assert "clock was set back" in text


def test_missing_names_are_listed_and_harmless(shown: Callable[..., str]) -> None:
    text = shown(document(), width=200)
    assert "2 names are missing from this snapshot, or uncertain:" in text
    assert r"  /sdcard/一\x1b[2J个文件.jpg: Phoneward is not allowed to read it. (Permission denied)" in text
    assert "\x1b" not in text
    many = document(gaps=[Gap(f"/sdcard/{n}", "denied") for n in range(50)], gap_counts={"denied": 70})
    assert "… and 50 more (--all lists them)." in shown(many)
    assert "… and 20 more" in shown(many, everything=True)


def test_apps_of_the_phone_itself_are_counted_not_listed(shown: Callable[..., str]) -> None:
    text = shown(document())
    assert "com.android.hidden" not in text
    assert "1 app that came with the phone is not listed (--all lists it)." in text
    assert "com.android.hidden" in shown(document(), everything=True)


def test_a_folder_has_no_apps(shown: Callable[..., str]) -> None:
    text = shown(document(apps=[], gaps=[], gap_counts={}, not_checked={}))
    assert "In the vault" in text
    assert "App " not in text


@pytest.mark.parametrize("width", [50, 80, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_line_is_wider_than_the_terminal(width: int, language: str, shown: Callable[..., str]) -> None:
    texts.activate([language])
    long_name = "com." + "verylongname." * 8 + "结尾"
    coverage = document(apps=[*APPS, app(long_name, State.OUT_OF_REACH, "private-unknown", "look-in-app")])
    text = shown(coverage, width=width)
    for line in text.splitlines():
        assert cell_len(line.rstrip()) <= width
    assert "结尾" in "".join(text.split()), "no name loses its end"
    figures = re.findall(r"\d+\.\d [kMG]?B", text)
    assert "11.0 GB" in figures, "no figure is cut"


def test_chinese_is_set_as_chinese(shown: Callable[..., str]) -> None:
    texts.activate(["zh_CN"])
    text = shown(document())
    assert "。请" in text, "no space between two sentences"
    assert "、" in text
    notes = [line for line in text.splitlines() if re.match(r" +\d+ \D|    \S", line)]
    assert len(notes) > 5
    assert not [line for line in notes if line.strip()[0] in "，。、；：）”"], "no line begins with a stop"
    assert "您的文件" in text
    assert "其他用户的文件：XSpace 双开" in text.replace("\n", "")
    assert "Permission denied）" in text


@pytest.mark.parametrize("reason", sorted(REASON_SENTENCES))
@pytest.mark.parametrize("step", sorted(NEXT_STEP_SENTENCES))
def test_every_reason_and_step_can_be_shown(reason: str, step: str, shown: Callable[..., str]) -> None:
    text = shown(document(apps=[app("org.x", State.OUT_OF_REACH, reason, step)]), width=400)
    assert REASON_SENTENCES[reason] in text
    assert NEXT_STEP_SENTENCES[step] in text


def test_the_document_is_handed_on_unchanged() -> None:
    assert coverage_view.fields(document()) == msgspec.to_builtins(document())
