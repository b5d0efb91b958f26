"""What the updates room's findings are put together from: actions with their commands, evidence."""

from typing import Final

from phoneward.findings import Action, Evidence
from phoneward.texts import Day, Words, words
from phoneward.updates.facts import Facts
from phoneward.updates.held import Held
from phoneward.updates.history_words import shown
from phoneward.updates.timeline import At

ROOM: Final = "updates"
EXAMPLES: Final = 3

BY_LISTS: Final = words("read in the lists of apps of the two snapshots")
BY_LIST: Final = words("read in the snapshot's list of apps")
BY_COVERAGE: Final = words("read in the snapshot's coverage document")
BY_RULES: Final = words("judged by Android's own rules against the app that the snapshot keeps")
BY_SIGNATURE: Final = words("read in the signature of the app that the snapshot keeps")


def subject(package: str, user_id: int = 0) -> str:
    """Return what a finding is about: a package, with its user where that is not the phone's owner."""
    return shown(package) + (f"@{user_id}" if user_id else "")


def between(what: Words, before: At, after: At) -> tuple[Evidence, ...]:
    """Return evidence from two snapshots."""
    source = "/packages.json"
    return (
        Evidence(words("before: {what}", what=what), BY_LISTS, source, before.snapshot, before.taken),
        Evidence(words("the snapshot that shows it first"), None, source, after.snapshot, after.taken),
    )


def seen(facts: Facts, what: Words, method: Words = BY_LIST, source: str = "/packages.json") -> Evidence:
    """Return evidence from the snapshot that is asked about."""
    return Evidence(what, method, shown(source), facts.snapshot, facts.taken)


def history(package: str) -> Action:
    """Return the action that shows what happened to an app; it changes nothing."""
    return Action(
        ROOM,
        "history",
        words("See what happened to this app"),
        {"app": package},
        ("phoneward", "update", "history", shown(package)),
    )


def finish() -> Action:
    """Return what finds out about an install that was cut off: at the terminal, since it may have to ask."""
    label = words("Find out what became of it, and finish it")
    return Action(ROOM, "install", label, command=("phoneward", "update", "install"))


def look_at(held: Held | None) -> tuple[Action, ...]:
    """Return the action that shows what the last snapshot with lost data holds; none where that is nothing."""
    if held is None or not held.is_anything:
        return ()
    label = words("See what the snapshot of {day} still has of it", day=Day(held.at.taken))
    command = ("phoneward", "coverage", held.at.snapshot[:8])
    return (Action("snapshots", "coverage", label, {"snapshot": held.at.snapshot}, command),)


def coverage_of(at: At) -> Action:
    """Return the action that shows what a snapshot holds."""
    label = words("See what the snapshot of {day} holds", day=Day(at.taken))
    command = ("phoneward", "coverage", at.snapshot[:8])
    return Action("snapshots", "coverage", label, {"snapshot": at.snapshot}, command)


def everything() -> Action:
    """Return the action that shows what happened to all apps."""
    return Action(
        ROOM, "history", words("See what happened to your apps"), {}, ("phoneward", "update", "history", "--all")
    )


def own_backups() -> Action:
    """Return the action that shows the backups that apps made of themselves."""
    return Action(
        "snapshots",
        "app-backups",
        words("See the backups that the app made of itself"),
        {},
        ("phoneward", "app-backups", "list"),
    )


def check() -> Action:
    """Return the action that checks update files."""
    return Action(ROOM, "check", words("Check an update before it is installed"), {}, ("phoneward", "update", "check"))


def stores() -> Action:
    """Return the action that shows how a store's automatic updates are switched off."""
    return Action(
        ROOM, "stores", words("See where to switch them off"), {}, ("phoneward", "update", "check", "--attached")
    )


def backup(facts: Facts) -> Action:
    """Return the action that takes a snapshot."""
    arguments = {"device": facts.device} if facts.device else {}
    return Action("snapshots", "backup", words("Take a snapshot now"), arguments, ("phoneward", "backup"))
