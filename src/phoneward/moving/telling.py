"""What cannot come over, what a person must still do, and that the old phone stays as it is until that is done."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.moving.apps import AppState, of_state
from phoneward.moving.bound import BOUND, Bound
from phoneward.moving.parts import PartState
from phoneward.moving.phones import MAIN_USER
from phoneward.moving.planning import MovePlan
from phoneward.phones import import_guide
from phoneward.phones.appbackups import app_guide
from phoneward.snapshots import Area, app_holds, app_words, backup_guide, backup_name
from phoneward.snapshots.precious_apps import PRECIOUS
from phoneward.texts import _, enumeration, formats, labelled, ngettext

_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something that does not come over, in the reader's language.

    Attributes:
        code: stable, for programs.
        title: what.
        why: why not.
        instead: what to do, step by step.
        caution: that the words of the steps are not confirmed; empty where they are, or there are none.
        command: that does or shows it; empty where none does.
    """

    code: str
    title: str
    why: str
    instead: tuple[str, ...] = ()
    caution: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a person must still do on the new phone, in the reader's language.

    Attributes:
        code: stable, for programs.
        title: what.
        steps: how.
        notes: what else to know.
    """

    code: str
    title: str
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def left_behind(plan: MovePlan) -> list[LeftBehind]:
    """Return what cannot come over and what to do instead; what matters most comes first."""
    return list(_not_moved(plan))


def _not_moved(plan: MovePlan) -> Iterator[LeftBehind]:
    """Yield it. Each sentence holds only where it stands: nothing is named that the old phone had not."""
    packages = _packages(plan)
    yield from _precious(plan, packages)
    if plan.old.is_iphone:
        yield LeftBehind(
            "iphone-apps",
            _("The iPhone's apps and their data"),
            _("An Android phone runs no app of an iPhone."),
            (_("Install the app of the same name from the new phone's store, and sign in there."),),
        )
    elif packages:
        yield _private(plan)
    yield from (_bound(bound, names) for bound in BOUND if (names := _named(bound, packages)))
    yield LeftBehind(
        "accounts",
        _("Accounts, passwords and sign-ins"),
        _("They are locked to the old phone on purpose: whoever has a copy must not be able to sign in with it."),
        (
            _("Sign in anew in each app on the new phone. Many send a code to your number: have the SIM card ready."),
            _("Where the old phone is asked to allow it, it must still work: another reason to keep it for a while."),
        ),
    )
    yield LeftBehind(
        "system",
        _("Settings of the phone itself: Wi-Fi passwords, alarms, the home screen, fingerprints, the eSIM"),
        _("Android gives them to no computer."),
        (
            _("Set them anew. A Wi-Fi password can be shown as a code on the old phone and scanned with the new one."),
            _("An eSIM is moved by your operator: ask before you reset the old phone."),
        ),
    )
    yield from _others(plan)


def _packages(plan: MovePlan) -> set[str]:
    """Return the apps of the old phone that did not come with it."""
    coverage = plan.old.coverage
    rows = coverage.apps if coverage is not None else []
    return {row.package for row in rows if row.user_id == MAIN_USER and (not row.is_system or row.package in PRECIOUS)}


def _precious(plan: MovePlan, packages: set[str]) -> Iterator[LeftBehind]:
    """Yield the apps whose content is on the old phone alone, each with its own way to another phone."""
    made = _own_backups(plan)
    for package in PRECIOUS:
        if package not in packages:
            continue
        guide = app_guide(package)
        if package in made:
            pattern = _("The snapshot holds a backup that the app made of itself ({made}). What is newer is not in it.")
            why = pattern.format(made=formats.moment(made[package]))
        else:
            why = _("They lie where only the app can read them, and the snapshot holds no backup that it made itself.")
        way = guide.move[0] if guide is not None and guide.move else None
        if way is not None:
            steps = (labelled(way.title, _("while the old phone still works")), *way.steps)
        else:
            steps = (
                _(
                    "Look in the app's settings on the old phone for a way to move to another phone, and do that while "
                    "the old one still works."
                ),
            )
        yield LeftBehind(
            f"app:{package}",
            _first_up(str(app_holds(package))),
            why,
            steps,
            way.caution if way is not None else "",
            ("phoneward", "app-backups", "guide", guide.key) if guide is not None else (),
        )


def _own_backups(plan: MovePlan) -> dict[str, dt.datetime]:
    """Return the apps of which the snapshot holds a backup of their own that can be put back, and its day."""
    coverage = plan.old.coverage
    found: dict[str, dt.datetime] = {}
    for row in coverage.apps if coverage is not None else ():
        for backup in row.own_backups:
            if backup.restores and row.user_id == MAIN_USER:
                found[row.package] = max(backup.date, found.get(row.package, backup.date))
    return found


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _private(plan: MovePlan) -> LeftBehind:
    """What apps keep for themselves; a rooted phone can take it where the snapshot has it."""
    why = _(
        "What apps keep for themselves, such as drafts, downloads and settings, no computer may write to a phone as it "
        "is sold."
    )
    sign_in = _("Open each app on the new phone and sign in: what its maker keeps on servers comes back by itself.")
    rooted, command = _way_back(plan)
    return LeftBehind("private-data", _("The apps' own data"), why, (sign_in, rooted), command=command)


def _way_back(plan: MovePlan) -> tuple[str, tuple[str, ...]]:
    """Return what can be done with the private data that the snapshot holds, and the command that does it."""
    held = _with_private_data(plan)
    if held:
        pattern = ngettext(
            "The snapshot holds the private data of {count} app ({apps}). A new phone that is rooted can take it, app "
            "by app, once the app is installed, with this command:",
            "The snapshot holds the private data of {count} apps ({apps}). A new phone that is rooted can take it, app "
            "by app, once the app is installed, with this command:",
            len(held),
        )
        names = _some([str(app_words(package)) for package in held])
        return pattern.format(count=f"{len(held):,}", apps=names), _rooted_command(plan, held[0])
    if plan.old.coverage is not None and plan.old.coverage.is_of_backup_file:
        command = ("phoneward", "restore", plan.old.snapshot.short_id, "--as-android-backup", "FILE")
        return _("What this backup file holds of it can be made into a file for `adb restore`:"), command
    said = _("This snapshot holds none of it: most phones let no computer read it. Only a rooted phone could take it.")
    return said, ()


def _rooted_command(plan: MovePlan, package: str) -> tuple[str, ...]:
    serial = plan.new.serial
    snapshot = plan.old.snapshot.short_id
    return ("phoneward", "restore", snapshot, "--to-phone", serial, "--root", "--app", package)


def _with_private_data(plan: MovePlan) -> list[str]:
    """Return the apps whose private data the snapshot holds (`/appdata/<package>`)."""
    coverage = plan.old.coverage
    if coverage is None:
        return []
    rows = [row for row in coverage.storages if row.area == Area.APP_DATA and row.files]
    named = [row.path.removeprefix("/appdata/") for row in rows if row.path.startswith("/appdata/")]
    return sorted({readable(name.split("/")[0]) for name in named})


def _named(bound: Bound, packages: set[str]) -> list[str]:
    return [str(name) for package, name in bound.names.items() if package in packages]


def _bound(bound: Bound, names: Sequence[str]) -> LeftBehind:
    return LeftBehind(
        bound.code, labelled(_(bound.title), _some(names)), _(bound.why), tuple(_(step) for step in bound.instead)
    )


def _some(names: Sequence[str]) -> str:
    shown = enumeration(names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return shown
    return ngettext("{apps} and {count} more", "{apps} and {count} more", more).format(apps=shown, count=f"{more:,}")


def _others(plan: MovePlan) -> Iterator[LeftBehind]:
    """Yield what the snapshot itself lacks: other users' apps, gaps, and what came since."""
    coverage = plan.old.coverage
    if coverage is None:
        return
    users = sorted({row.user_id for row in coverage.apps if row.user_id != MAIN_USER})
    if users:
        yield LeftBehind(
            "other-users",
            _("Apps of other users: a work profile, app twins"),
            _("A computer may install apps for the phone's owner only."),
            (_("Set the profile or the twin up anew on the new phone; a work profile comes from your employer."),),
        )
    if not coverage.complete or plan.old.snapshot.id is None:
        yield LeftBehind(
            "gaps",
            _("What the snapshot itself does not hold"),
            _("Something of the old phone could not be read when the snapshot was taken."),
            (_("Look at what is missing while the old phone still works:"),),
            command=("phoneward", "coverage", plan.old.snapshot.short_id),
        )


# -- what is still to do -----------------------------------------------------------------------------------------------


def to_do(plan: MovePlan) -> list[ToDo]:
    """Return what a person must still do on the new phone, now that the files are there."""
    return [*_records(plan), *_backups(plan), *_sign_in(plan)]


def _records(plan: MovePlan) -> Iterator[ToDo]:
    if plan.records is None:
        return
    for held, place in zip(plan.records.held, plan.records.placing.places, strict=True):
        if not place.is_there:
            continue
        file = readable(place.path.rpartition(b"/")[2])
        guide = import_guide(held.kind.kind, plan.new.maker, folder=readable(plan.records.folder), file=file)
        way = guide.ways[0]
        notes = tuple(one for one in (*guide.not_back, way.twice, way.caution) if one)
        yield ToDo(f"records:{held.kind.kind}", labelled(guide.title, way.app), way.steps, notes)


def _backups(plan: MovePlan) -> Iterator[ToDo]:
    for one in plan.app_backups.backups if plan.app_backups else ():
        guide = backup_guide(one)
        if one.is_there and guide.put_back:
            way = guide.put_back[0]
            notes = tuple(text for text in (guide.proof, way.caution) if text)
            yield ToDo(f"app-backup:{guide.key}", labelled(backup_name(one), way.title), way.steps, notes)


def _sign_in(plan: MovePlan) -> Iterator[ToDo]:
    apps = [str(app.name) for app in of_state(plan.apps, AppState.MOVED, AppState.THERE)]
    if apps:
        yield ToDo(
            "sign-in",
            _("Open the apps and sign in: {apps}").format(apps=_some(apps)),
            (_("Do this one by one. What an app's maker keeps on servers comes back when you are signed in."),),
        )


def keep_the_old_phone(plan: MovePlan) -> tuple[str, ...]:
    """Return the last words: what to look at before the old phone may be wiped."""
    if plan.is_same_phone:
        return (
            _("Look into your photos, chats and contacts now. Keep the vault until nothing was missed for a while."),
        )
    return (
        _("Do not wipe, sell or give away the old phone yet."),
        _(
            "First look on the new one: a few photos, old and new; a few chats of every app; your contacts; and sign "
            "in to what you pay with."
        ),
        _(
            "What came onto the old phone after {taken} is not in the snapshot. If it was used since, back it up once "
            "more and run this command again: it brings over what is new."
        ).format(taken=formats.moment(plan.old.taken)),
        _("Keep the vault, too: it is the only copy of what did not come over."),
    )


def first_look(plan: MovePlan) -> tuple[str, ...]:
    """Return what to know about the two phones before anything else, in the reader's language."""
    new = plan.new
    said = [
        _("From: {phone}, as it was on {taken}.").format(phone=plan.old.label, taken=formats.moment(plan.old.taken)),
        _("To: {phone}, Android {android}.").format(phone=new.label, android=new.android or _("unknown")),
    ]
    if plan.is_same_phone:
        said.append(_("It is the same phone. That is right only after it was reset or repaired."))
    else:
        said.append(_("Whose phone it is cannot be seen from here. Go on only if it is yours, or its owner agrees."))
    if new.own_apps:
        pattern = ngettext(
            "It is in use already ({count} app of its own). Nothing on it is replaced or removed.",
            "It is in use already ({count} apps of its own). Nothing on it is replaced or removed.",
            new.own_apps,
        )
        said.append(pattern.format(count=f"{new.own_apps:,}"))
    if plan.noted is not None and any(state is PartState.DONE for state in plan.states.values()):
        said.append(
            _("This move was begun on {begun}. What is done is not done again.").format(
                begun=formats.moment(plan.noted.begun)
            )
        )
    return tuple(said)


def room_sentences(plan: MovePlan) -> tuple[str, ...]:
    """Return how much room is needed and free, and what happens where it is too little."""
    said = [
        _("On {storage} about {needed} are needed, {free} are free.").format(
            storage=readable(root),
            needed=formats.size(needed),
            free=formats.size(free) if free is not None else "?",
        )
        for root, (needed, free) in plan.room.items()
    ]
    if not plan.fits:
        said.append(
            _(
                "It does not all fit. What does not fit is left out and named. Free some room first, or bring over "
                "single folders: phoneward restore {snapshot} --to-phone {serial} --include /shared/DCIM"
            ).format(snapshot=plan.old.snapshot.short_id, serial=plan.new.serial)
        )
    return tuple(said)


CODES: Final[Mapping[str, str]] = {
    "app:PACKAGE": "what only this app can move",
    "iphone-apps": "apps of an iPhone",
    "private-data": "what apps keep for themselves",
    "paying": "apps that are bound to one phone",
    "protected": "downloads that are locked to a phone",
    "accounts": "sign-ins",
    "system": "settings of the phone itself",
    "other-users": "other users' apps",
    "gaps": "what the snapshot lacks",
}
"""Of `LeftBehind.code`, for docs/reference."""

__all__ = ["CODES", "LeftBehind", "ToDo", "first_look", "keep_the_old_phone", "left_behind", "room_sentences", "to_do"]
