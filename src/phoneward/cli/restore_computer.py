"""`phoneward restore --app-backups --to-computer`: backups of a computer back to where their apps look on this one."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.frame import Frame
from phoneward.cli.session import open_vault
from phoneward.errors import ExitCode, readable
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from phoneward.snapshots import ComputerBackup


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore onto this computer."""

    snapshot: str
    app: str
    dry_run: bool
    yes: bool
    no_lock: bool


def restore_to_computer(frame: Frame, wish: Wish) -> ExitCode:
    """Plan, ask, write, and say what became of everything."""
    from phoneward import snapshots
    from phoneward.cli.progress_view import listening
    from phoneward.phones.appbackups import this_computer

    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        backups = snapshots.plan_computer_backups(repository, wish.snapshot, this_computer(), wish.app)
        _show_plan(frame, backups)
        can_be_put = [one for one in backups if one.target is not None]
        if not wish.dry_run and can_be_put:
            agree(frame, _("Write these folders? Type yes to go on: "), yes=wish.yes)
            with listening(frame.output) as listener:
                snapshots.put_on_computer(repository, backups, listener)
    _show(frame, backups, wish)
    done = all(one.target is not None and (wish.dry_run or one.is_there) for one in backups)
    return ExitCode.DONE if done else ExitCode.INCOMPLETE


def _show_plan(frame: Frame, backups: "list[ComputerBackup]") -> None:
    output = frame.output
    if output.json:
        output.emit("computer_backups_plan", {"backups": [document(one) for one in backups]})
        return
    for one in backups:
        source = readable(one.source)
        output.summary(one.package)
        output.summary("  " + _("It was in: {place}").format(place=one.was or _("unknown")))
        if one.target is not None:
            output.summary("  " + _("It goes to: {place}").format(place=readable(str(one.target))))
        if one.target is None:
            command = f"phoneward restore latest --include {source} --target DIR"
            pattern = _(
                "{path}: where its app looks on this computer is not known. Into a folder of your choice: {command}"
            )
            output.result(pattern.format(path=source, command=command))
        elif one.is_beside:
            pattern = _("{path}: {place} is there already and is not touched. It goes beside it.")
            output.summary(pattern.format(path=source, place=readable(str(one.place))))


def _show(frame: Frame, backups: "list[ComputerBackup]", wish: Wish) -> None:
    output = frame.output
    if output.json:
        output.emit("summary", {"dry_run": wish.dry_run, "backups": [document(one) for one in backups]})
        return
    if wish.dry_run:
        output.summary(_("Nothing was written."))
        return
    for one in backups:
        if one.report is None:
            continue
        for issue in one.report.issues[:50]:
            output.result(readable(issue.sentence()))
        files, size = formats.files(one.report.files), formats.size(one.report.bytes_restored)
        pattern = _("{place}: {files} ({size}) written.")
        output.summary(pattern.format(place=readable(str(one.target)), files=files, size=size))
        output.summary(_("What the app needs now, says: phoneward app-backups guide {app}").format(app=one.package))


def document(one: "ComputerBackup") -> dict[str, object]:
    """Return one backup for JSON."""
    return {
        "package": one.package,
        "source": one.source.decode("ascii"),
        "was": one.was,
        "place": str(one.place) if one.place else None,
        "target": str(one.target) if one.target else None,
        "complete": one.is_there,
        "files_written": one.report.files if one.report else 0,
        "issues": len(one.report.issues) if one.report else 0,
    }
