"""The plan and the result of putting back what apps backed up on a computer, to where they look for it on this one."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from phoneward.errors import readable
from phoneward.phones.appbackups import app_guide
from phoneward.snapshots import ComputerBackup, app_called
from phoneward.texts import _, formats
from phoneward.web.page import page
from phoneward.web.placing import is_complete
from phoneward.web.restores import Restore

NAMED: Final = 100


def show_plan(request: Request, restore: Restore, backups: list[ComputerBackup], command: Sequence[str]) -> Response:
    """Show what would be put where."""
    can_be_put = any(one.target is not None for one in backups)
    rows = [[_name(one), one.was or _("unknown"), _target(one)] for one in backups]
    return page(
        request,
        "placing_plan.html",
        title=_("The plan"),
        command=command,
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        about=[(_("Where"), _("this computer"))],
        table=([_("App"), _("It was in"), _("It goes to")], rows),
        problems=[sentence for one in backups if (sentence := _problem(one))][:NAMED],
        sections=[],
        differing=0,
        nothing=False,
        blocked="" if can_be_put else _("There is nothing that could be put back by itself."),
    )


def show_result(request: Request, restore: Restore, backups: list[ComputerBackup], command: Sequence[str]) -> Response:
    """Show what became of everything, and the steps in the app."""
    rows = [[_name(one), _target(one), _outcome(one)] for one in backups]
    issues = [issue.sentence() for one in backups if one.report is not None for issue in one.report.issues]
    return page(
        request,
        "placing_result.html",
        title=_("What came of it"),
        command=command,
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        about=[(_("What"), str(restore.what)), (_("Where"), _("this computer"))],
        is_complete=is_complete(restore),
        table=([_("App"), _("Folder"), _("Outcome")], rows),
        problems=[*(sentence for one in backups if (sentence := _problem(one))), *issues][:NAMED],
        now_heading=_("Now in the app"),
        guides=[],
        copy_first=False,
        ways=_ways(backups),
    )


def _name(one: ComputerBackup) -> str:
    return app_called(one.package) or readable(one.package)


def _target(one: ComputerBackup) -> str:
    return readable(str(one.target)) if one.target is not None else _("unknown")


def _problem(one: ComputerBackup) -> str:
    """Return what a person should know of where it goes; empty where it simply goes to its place."""
    source = readable(one.source)
    if one.target is None:
        command = f"phoneward restore latest --include {source} --target DIR"
        return _(
            "{path}: where its app looks on this computer is not known. Into a folder of your choice: {command}"
        ).format(path=source, command=command)
    if one.is_beside:
        return _("{path}: {place} is there already and is not touched. It goes beside it.").format(
            path=source, place=readable(str(one.place))
        )
    return ""


def _outcome(one: ComputerBackup) -> str:
    if one.report is None:
        return _("Not written")
    written = _("{files} ({size})").format(
        files=formats.files(one.report.files), size=formats.size(one.report.bytes_restored)
    )
    return _("Written: {files}").format(files=written)


def _ways(backups: list[ComputerBackup]) -> list[dict[str, object]]:
    guides = {one.package: app_guide(one.package) for one in backups if one.is_there}
    return [{"name": g.name, "ways": g.put_back, "proof": g.proof} for g in guides.values() if g is not None]
