"""What the snapshots room's findings are put together from: actions with their commands, evidence, figures."""

from typing import Final

from phoneward.errors import readable
from phoneward.findings import Action, Evidence
from phoneward.phones import ANDROID_BACKUP, IPHONE_BACKUP
from phoneward.snapshots.answer_facts import FOLDER, Facts
from phoneward.snapshots.reasons import GAP_SENTENCES, NEXT_STEP_SENTENCES
from phoneward.texts import N_, Words, counted, verbatim, words

ROOM: Final = "snapshots"
MAX_OF_A_KIND: Final = 20
"""Findings of one kind; more are summed up: a document may list as many as it likes."""

EXAMPLES: Final = 3
MAX_SHOWN: Final = 300
"""Characters of a path or name that a finding shows."""

_MOST: Final = (1 << 63) - 1

BY_COVERAGE: Final = words("read in the snapshot's coverage document")
BY_LIST: Final = words("read in the vault's list of snapshots")
BY_NOTES: Final = words("read in what the vault notes")
BY_PHONES_FIGURES: Final = words("the phone's own figure for the app (caches included), less what the snapshot holds")


def amount(number: int | None) -> int:
    """Return a figure of a document as one that can be: a document may say anything."""
    return min(max(number or 0, 0), _MOST)


def shown(text: str) -> str:
    """Return a text of a document fit to be shown, at most so long."""
    text = readable(text)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def files(count: int) -> Words:
    """Return "1,234 files"."""
    return counted("{count} file", "{count} files", count)


def next_step(code: str) -> Words | None:
    """Return the sentence behind a `next_step`; None where nothing is to be done."""
    sentence = NEXT_STEP_SENTENCES.get(code, code)
    if not sentence:
        return None
    return Words(sentence) if code in NEXT_STEP_SENTENCES else verbatim(shown(code))


def gap_reason(reason: str) -> Words:
    """Return why names are missing or uncertain."""
    return Words(GAP_SENTENCES[reason]) if reason in GAP_SENTENCES else verbatim(shown(reason))


def seen(facts: Facts, what: Words, source: str = "/coverage.json", method: Words = BY_COVERAGE) -> Evidence:
    """Return evidence from the snapshot that is asked about."""
    return Evidence(what, method, shown(source), facts.id, facts.taken)


def listed(what: Words, snapshot: str = "", source: str = "") -> Evidence:
    """Return evidence from the list of snapshots."""
    return Evidence(what, BY_LIST, source, snapshot)


BACK_UP: Final = N_("Take a snapshot now")
BACK_UP_AGAIN: Final = N_("Then take a new snapshot")


def backup(facts: Facts, label: str = BACK_UP, *, device: str | None = None) -> Action:
    """Return the action that takes a snapshot. `label` is marked with `N_`."""
    return Action(
        ROOM,
        "backup",
        Words(label),
        _device(facts.device if device is None else device),
        ("phoneward", "backup", *(_source(facts) if device is None else ())),
    )


def verify_all(facts: Facts) -> Action:
    """Return the action that compares every file with the phone's own checksums."""
    return Action(
        ROOM,
        "backup",
        words("Take a snapshot and compare every file with the phone"),
        {**_device(facts.device), "verify_all": "yes"},
        ("phoneward", "backup", "--verify-all", *_source(facts)),
    )


def _source(facts: Facts) -> tuple[str, ...]:
    if facts.kind == ANDROID_BACKUP:
        return ("--android-backup", "FILE")
    if facts.kind == IPHONE_BACKUP:
        return ("--iphone", "FOLDER")
    return ("--folder", "DIR") if facts.kind == FOLDER else ()


def _device(device: str) -> dict[str, str]:
    return {"device": shown(device)} if device else {}


def check() -> Action:
    """Return the action that looks whether all is there."""
    return Action(ROOM, "check", words("Check the vault"), {}, ("phoneward", "check"))


def read_data() -> Action:
    """Return the action that reads every byte back."""
    return Action(
        ROOM, "read-data", words("Read the whole vault back"), {}, ("phoneward", "check", "--read-data", "--note")
    )


def copy(*, first: bool) -> Action:
    """Return the action that copies the vault onto another disk; `first` where none is known yet."""
    how = ("--to", "FOLDER", "--init") if first else ()
    return Action(ROOM, "copy", words("Copy the vault onto another disk"), {}, ("phoneward", "copy", *how))


def restore_test(facts: Facts) -> Action:
    """Return the action that restores a part into a private folder and compares it."""
    return Action(
        ROOM,
        "restore-test",
        words("Try restoring some files"),
        {"snapshot": facts.id} if facts.id else {},
        ("phoneward", "restore", _short(facts), "--target", "DIR", "--verify"),
    )


MAKE_ONE: Final = N_("See step by step how to make one")


def guide(key: str) -> tuple[Action, ...]:
    """Return the action that shows how an app's own backup is made; none where there is no guide."""
    command = ("phoneward", "app-backups", "guide", key)
    return (Action(ROOM, "app-guide", Words(MAKE_ONE), {"app": key}, command),) if key else ()


def keep_folder(folder: str, path: str, device: str, phone: str) -> Action:
    """Return the action that has a folder of this computer go along into a phone's snapshots."""
    return Action(
        ROOM,
        "keep-app-backup",
        words("It is of {phone}: take it along", phone=shown(phone)),
        {"folder": folder, "device": device},
        ("phoneward", "app-backups", "keep", shown(path), "--phone", shown(phone)),
    )


def look_here() -> Action:
    """Return the action that shows the apps' own backups."""
    return Action(
        ROOM,
        "app-backups",
        words("See all backups that apps make of themselves"),
        {},
        ("phoneward", "app-backups", "list"),
    )


def look(facts: Facts) -> Action:
    """Return the action that shows what is kept and what is not; it changes nothing."""
    return Action(
        ROOM,
        "coverage",
        words("See what is kept and what is not"),
        {"snapshot": facts.id} if facts.id else {},
        ("phoneward", "coverage", _short(facts)),
    )


def _short(facts: Facts) -> str:
    return facts.id[:8] or "latest"
