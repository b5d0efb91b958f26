"""The sentences of an app's history, and how much each alarm matters."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.findings import Severity
from phoneward.snapshots import app_words
from phoneward.texts import Day, Moment, Size, Words, counted, running, verbatim, words
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.held import Held
from phoneward.updates.installers import STORE_NAMES
from phoneward.updates.timeline import AppThen

RECENT_DAYS: Final = 31
"""So long something may still be done about it: what is left elsewhere is not written over yet."""
OLD_DAYS: Final = 366

_MAX_SHOWN: Final = 120


def shown(text: str) -> str:
    """Return a text of a phone fit to be shown."""
    text = readable(text)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def called(package: str, user_id: int = 0) -> Words:
    """Return what people call an app; with its user where that is not the phone's owner."""
    name = app_words(package)
    return words("{package} (user {user})", package=name, user=user_id) if user_id else name


def version_of(app: AppThen) -> Words:
    """Return an app's version as its publisher writes it, else its number."""
    number = "?" if app.version_code is None else str(app.version_code)
    if not app.version_name:
        return verbatim(number)
    return words("{version} ({number})", version=shown(app.version_name), number=number)


def installer_words(installer: str | None) -> Words:
    """Return who installed an app: a store by its name."""
    if installer is None:
        return words("unknown")
    if installer in STORE_NAMES:
        return Words(STORE_NAMES[installer])
    return words("from a file") if not installer else verbatim(shown(installer))


def signer_words(app: AppThen) -> Words:
    """Return who signed an app: the first digits of its certificate's SHA-256, else Android's own short number."""
    if app.signing is not None:
        return verbatim(" ".join(digest[:16] for digest in app.signing.sha256[:3]))
    if app.signer_hashes:
        return words("short number {numbers}", numbers=" ".join(f"{number:08x}" for number in app.signer_hashes[:3]))
    return words("unknown")


def alarm_title(alarm: Alarm) -> Words:
    """Return what happened, one sentence with both dates."""
    return _TITLES[alarm.kind](alarm)


def alarm_detail(alarm: Alarm) -> Words | None:
    """Return what more there is to say: how sure it is, what it means."""
    if alarm.kind is Kind.WIPED:
        return _wiped_detail(alarm)
    if alarm.kind is Kind.SIGNER and not alarm.is_certain:
        return words(
            "Only the short numbers that Android shows for a signer are known, and they differ. Whether the former "
            "signer handed over properly was not checked: for that the app itself must be in both snapshots."
        )
    return _MEANINGS.get(alarm.kind)


def held_words(held: Held | None) -> Words:
    """Return what the last snapshot before a loss holds of the app's data."""
    if held is None:
        return words("No snapshot from before tells what it holds of this app's data.")
    day = Day(held.at.taken)
    if held.own_backup is not None:
        said = words(
            "The snapshot of {day} holds a backup that the app made of itself on {made}.",
            day=day,
            made=Day(held.own_backup),
        )
    elif held.files:
        said = words(
            "The snapshot of {day} holds {files} of it ({size}).",
            day=day,
            files=counted("{count} file", "{count} files", held.files),
            size=Size(held.bytes),
        )
    else:
        said = words("The snapshot of {day} is the last from before, and holds none of its data.", day=day)
    if not held.lacking:
        return said
    return running(said, words("Android let nobody read the rest: {size}.", size=Size(held.lacking)))


def severity_of(alarm: Alarm, now: dt.datetime) -> Severity:
    """Return how much an alarm matters: the less, the longer ago, since there is less and less to be done.

    Args:
        alarm: what happened.
        now: the time that its age is counted to.
    """
    days = (now - alarm.after.taken).days
    grave = alarm.kind in {Kind.WIPED, Kind.SIGNER} and alarm.is_certain and not alarm.with_reset
    if alarm.kind in {Kind.INSTALLER, Kind.GONE} or alarm.with_reset or days > OLD_DAYS:
        return Severity.ADVICE
    if days <= RECENT_DAYS:
        return Severity.DANGER if grave else Severity.WARNING
    return Severity.WARNING if grave else Severity.ADVICE


def _dates(alarm: Alarm) -> dict[str, Words | Day | Moment]:
    """Return the app and the two days; the times where both are of the same day."""
    before, after = alarm.before.taken, alarm.after.taken
    kind = Moment if before.astimezone().date() == after.astimezone().date() else Day
    return {"app": called(alarm.package, alarm.user_id), "before": kind(before), "after": kind(after)}


def _wiped(alarm: Alarm) -> Words:
    if alarm.is_certain:
        return words(
            "The data of {app} was wiped between {before} and {after}: the app was removed and installed anew.",
            **_dates(alarm),
        )
    return words(
        "The data of {app} was probably wiped between {before} and {after}: the phone says that it was installed anew.",
        **_dates(alarm),
    )


def _wiped_detail(alarm: Alarm) -> Words | None:
    if alarm.with_reset:
        return words("So were almost all apps between these two days: the phone itself was set up anew.")
    if not alarm.is_certain:
        return words("The phone's clock was wrong then, so that nobody can tell for certain.")
    if alarm.now is None or alarm.now.first_installed is None:
        return None
    return words(
        "Android says that what is there now began on {moment}. If you removed the app yourself, all is well.",
        moment=Moment(alarm.now.first_installed),
    )


def _signer(alarm: Alarm) -> Words:
    return words(
        "{app} has another signer than before: it changed between {before} and {after}.",
        **_dates(alarm),
    )


def _downgraded(alarm: Alarm) -> Words:
    return words(
        "{app} went back to an older version between {before} and {after}: from {was} to {now}.",
        **_dates(alarm),
        was=version_of(alarm.was),
        now=verbatim("?") if alarm.now is None else version_of(alarm.now),
    )


def _sideloaded(alarm: Alarm) -> Words:
    return words(
        "{app} came from a store ({was}), and was installed over from a file between {before} and {after}.",
        **_dates(alarm),
        was=installer_words(alarm.was.installer),
    )


def _installer(alarm: Alarm) -> Words:
    return words(
        "Between {before} and {after} another program than before installed {app}: {now}; before: {was}.",
        **_dates(alarm),
        was=installer_words(alarm.was.installer),
        now=installer_words(None if alarm.now is None else alarm.now.installer),
    )


def _gone(alarm: Alarm) -> Words:
    return words("{app} is not on the phone any more: it went between {before} and {after}.", **_dates(alarm))


_TITLES: Final[Mapping[Kind, Callable[[Alarm], Words]]] = {
    Kind.WIPED: _wiped,
    Kind.SIGNER: _signer,
    Kind.DOWNGRADED: _downgraded,
    Kind.SIDELOADED: _sideloaded,
    Kind.INSTALLER: _installer,
    Kind.GONE: _gone,
}

_MEANINGS: Final[Mapping[Kind, Words]] = {
    Kind.SIGNER: words(
        "The former signer did not hand over. An update from the former signer's store is now refused, or would wipe "
        "the app's data."
    ),
    Kind.DOWNGRADED: words(
        "Android takes an older version only after removing the app, or from an app for developers. With an app that "
        "came with the phone, “uninstall updates” does it, and removes its data."
    ),
    Kind.SIDELOADED: words(
        "If you did that yourself, all is well. If not, somebody, or another program, installed it past the store."
    ),
    Kind.GONE: words("It was removed with its data, or put away by Android to save space: then its data is kept."),
}
