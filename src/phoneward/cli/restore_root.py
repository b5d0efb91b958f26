"""`phoneward restore --to-phone --root`: a plan for each app, one question, the work, and where the old data is."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.errors import MissingArgumentError
from phoneward.cli.frame import Frame
from phoneward.cli.names import name_fields
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, formats, ngettext
from phoneward.texts import sentences as sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from phoneward.phones.adb.rooted import Rooted
    from phoneward.snapshots.returning_root import RootedDone
    from phoneward.snapshots.rooted_plan import RootedReturn

LABELS = {
    "phone": N_("The phone itself gave the files their SELinux contexts."),
    "mapped": N_("The files have the SELinux context of the app's folder on this phone."),
    "none": N_("This phone has no SELinux contexts."),
}
SIGNERS = {
    "same": N_("the same, as far as phones tell"),
    "rotated": N_("a later key of the same"),
    "unknown": N_("not told"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore of private data."""

    snapshot: str
    serial: str
    apps: tuple[str, ...]
    allow_older: bool
    dry_run: bool
    yes: bool
    no_lock: bool
    allow_unencrypted: bool


def restore_root(frame: Frame, wish: Wish) -> ExitCode:
    """Plan, ask, put back app by app, and say where the old data is.

    An app that cannot be put back is named, and the others go on: exit code 3. Where it is the only one, its error is
    raised.
    """
    from phoneward import phones, snapshots

    if not wish.apps:
        raise MissingArgumentError(command="phoneward restore --root", name="--app PACKAGE")
    session = phones.open_adb(wish.serial, allow_unencrypted=wish.allow_unencrypted)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(session)
        frame.output.say(_("If the phone asks now whether the shell may have root rights, allow it."))
        rooted = phone.rooted()
        work = _Work(frame, alone=len(set(wish.apps)) == 1)
        plans = []
        for app in dict.fromkeys(wish.apps):
            with work.named(app):
                found = snapshots.plan_rooted_return(
                    repository, wish.snapshot, phone, rooted, app, allow_older=wish.allow_older
                )
                plans.append(found)
                show_plan(frame, found)
        done = [] if wish.dry_run or not plans else _put_all(frame, rooted, plans, work, yes=wish.yes)
    _show(frame, done, work, dry_run=wish.dry_run)
    return ExitCode.INCOMPLETE if work.failed else ExitCode.DONE


class _Work:
    """Which apps failed."""

    def __init__(self, frame: Frame, *, alone: bool) -> None:
        self._frame = frame
        self._alone = alone
        self.failed: dict[str, str] = {}

    @contextlib.contextmanager
    def named(self, app: str) -> "Iterator[None]":
        """Note an app whose work raises, unless it is the only one, or the phone is gone."""
        from phoneward.phones import PhoneGoneError
        from phoneward.snapshots.errors import RootedCutShortError

        try:
            yield
        except (PhoneGoneError, RootedCutShortError):
            raise
        except PhonewardError as error:
            if self._alone:
                raise
            self.failed[app] = error.sentence()
            if not self._frame.output.json:
                self._frame.output.result(sentences_of(error.sentence(), error.advice()))


def _put_all(
    frame: Frame, rooted: "Rooted", plans: "list[RootedReturn]", work: _Work, *, yes: bool
) -> "list[RootedDone]":
    from phoneward import snapshots
    from phoneward.cli.progress_view import listening

    question = _("Close the apps and put this in the place of their data? Type yes to go on: ")
    agree(frame, question, yes=yes, replaces=sum(part.old[0] for p in plans for part in p.parts if part.old))
    done = []
    with listening(frame.output) as listener:
        for plan in plans:
            with work.named(plan.package):
                done.append(snapshots.put_rooted(rooted, plan, listener=listener))
    return done


# -- the plan ----------------------------------------------------------------------------------------------------------


def show_plan(frame: Frame, plan: "RootedReturn") -> None:
    """Show what putting an app's data back would do."""
    if frame.output.json:
        frame.output.emit("root_return_plan", plan_document(plan))
        return
    frame.output.summary(plan_table(plan))
    for sentence in warnings(plan):
        frame.output.result(sentence)


def plan_table(plan: "RootedReturn") -> "Table":
    """Return what would be written, and what gets another name."""
    shown = plain_table(readable(plan.package), _("What would be done"))
    amount = _("{count} ({size})")
    old = [part.old for part in plan.parts if part.old is not None]
    files, size = sum(count for count, _size in old), sum(size for _count, size in old)
    version = _("{before} in the snapshot, {now} on the phone")
    shown.add_row(_("Version"), version.format(before=readable(plan.before) or "?", now=readable(plan.now) or "?"))
    shown.add_row(_("Signed by"), _(SIGNERS[plan.signer.value]))
    shown.add_row(_("Files to write"), amount.format(count=f"{plan.count:,}", size=formats.size(plan.size)))
    shown.add_row(_("Set aside on the phone"), amount.format(count=f"{files:,}", size=formats.size(size)))
    room = _("about {needed} needed, {free} free")
    free = formats.size(plan.free) if plan.free is not None else "?"
    shown.add_row(_("Room"), room.format(needed=formats.size(plan.needed), free=free))
    return shown


def warnings(plan: "RootedReturn") -> list[str]:
    """Return what a person should know before."""
    said = []
    if plan.put_back:
        said.append(_("A run before was cut off: the app's old data has its place again."))
    said += [_("The app is closed. What is there now is not deleted: it gets another name.")]
    if not plan.whole:
        said.append(_("The snapshot does not have all of this app's private data: see phoneward coverage"))
    if plan.older:
        said.append(_("The app on the phone is older than the data, and may not be able to read it."))
    if plan.foreign:
        said.append(
            ngettext(
                "{count} file belonged to neither the app nor the system; it will be the app's.",
                "{count} files belonged to neither the app nor the system; they will be the app's.",
                plan.foreign,
            ).format(count=f"{plan.foreign:,}")
        )
    return said


def plan_document(plan: "RootedReturn") -> dict[str, object]:
    """Return the plan for JSON."""
    return {
        "package": plan.package,
        "version_before": plan.before,
        "version_now": plan.now,
        "older": plan.older,
        "signer": plan.signer.value,
        "whole": plan.whole,
        "files": plan.count,
        "bytes": plan.size,
        "foreign": plan.foreign,
        "put_back": plan.put_back,
        "needed": plan.needed,
        "free": plan.free,
        "folders": [
            {**name_fields(part.base + b"/" + plan.package.encode("ascii")), "set_aside_files": (part.old or (0, 0))[0]}
            for part in plan.parts
        ],
    }


# -- what came of it ---------------------------------------------------------------------------------------------------


def _show(frame: Frame, done: "list[RootedDone]", work: _Work, *, dry_run: bool) -> None:
    output = frame.output
    if output.json:
        apps = [done_document(one) for one in done]
        output.emit("summary", {"dry_run": dry_run, "complete": not work.failed, "apps": apps, "failed": work.failed})
        return
    for one in done:
        for sentence in sentences(one):
            output.summary(sentence)
    if dry_run:
        output.summary(_("Nothing was written to the phone."))


def sentences(done: "RootedDone") -> list[str]:
    """Return what became of one app."""
    plan = done.plan
    said = [
        _("{app} has its data of the snapshot: {files} ({size}), each read back by the phone and the same.").format(
            app=plan.package, files=formats.files(plan.count), size=formats.size(plan.size)
        ),
        _(LABELS[done.labelled]),
    ]
    if done.set_aside:
        places = ", ".join(map(readable, done.set_aside))
        said.append(
            _("What was there before lies on the phone in {places}. Remove it when the app works.").format(
                places=places
            )
        )
    return said


def done_document(done: "RootedDone") -> dict[str, object]:
    """Return what became of one app, for JSON."""
    return {
        "package": done.plan.package,
        "files_written": done.plan.count,
        "bytes_written": done.plan.size,
        "contexts": done.labelled,
        "set_aside": [place.decode("ascii", "replace") for place in done.set_aside],
    }
