"""`phoneward backup --root`: which apps are closed and taken along, what a person is told, and a question before."""

from typing import TYPE_CHECKING

from phoneward.cli.confirming import ask, can_ask, is_yes
from phoneward.cli.errors import AppsNotClosedError, NotConfirmedError
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, enumeration, formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from phoneward.cli.frame import Frame
    from phoneward.phones import Phone
    from phoneward.phones.adb.rooted import Rooted, RootedPlan


def prepare(
    frame: "Frame", phone: "Phone", packages: "Sequence[str]", *, yes: bool, dry_run: bool
) -> "tuple[Rooted, RootedPlan]":
    """Show which apps would be closed and taken, ask, close them, and have the phone take their data along.

    Args:
        frame: of the command.
        phone: open, over adb.
        packages: which apps; none: all that its owner installed.
        yes: the person has said so already.
        dry_run: nothing is closed, and nobody is asked.

    Raises:
        NoRootError: the phone gives no root rights.
        NoRootedAppsError: it has none of these apps.
        AppsNotClosedError: there is nobody to ask.
        NotConfirmedError: the person said no.
    """
    from phoneward.phones import AdbPhone
    from phoneward.phones.errors import NoRootedAppsError

    assert isinstance(phone, AdbPhone)  # noqa: S101 - the command takes the option for no other
    frame.output.say(_("If the phone asks now whether the shell may have root rights, allow it."))
    rooted = phone.rooted()
    plan = rooted.plan(phone.apps(), packages)
    _show(frame, plan)
    if not plan.apps:
        raise NoRootedAppsError
    if not dry_run and not yes:
        if frame.output.json or not can_ask():
            raise AppsNotClosedError
        if not is_yes(ask(_("Close these apps and back up their data? Type yes to go on: "))):
            raise NotConfirmedError
    phone.take_along(rooted.take(plan, close=not dry_run))
    return rooted, plan


def _show(frame: "Frame", plan: "RootedPlan") -> None:
    output = frame.output
    if output.json:
        output.emit("root_plan", document(plan))
        return
    for sentence in refusals(plan):
        output.result(sentence)
    if not plan.apps:
        return
    output.summary(table(plan))
    output.summary(
        _(
            "These apps are closed before they are read, so that nothing changes meanwhile. A closed app gets no "
            "messages and rings no alarms until you open it again."
        )
    )
    output.summary(_("Left out, since Android makes it anew: the apps' caches, and links to their programs."))


def table(plan: "RootedPlan") -> "Table":
    """Return the apps with what they hold."""
    shown = plain_table(_("App"), _("Version"), _("Private data"), _("Open now"), numbers=(2,))
    for app in plan.apps:
        is_open = _("yes") if app.is_running else _("no")
        shown.add_row(app.package, readable(app.version_name), formats.size(app.data_bytes), is_open)
    return shown


def refusals(plan: "RootedPlan") -> list[str]:
    """Return the apps that cannot be had, each with why."""
    from phoneward.phones import translated_detail

    pattern = _("{app} is left out: {detail}.")
    return [pattern.format(app=readable(app), detail=translated_detail(why)) for app, why in plan.refused.items()]


def document(plan: "RootedPlan") -> dict[str, object]:
    """Return the plan for JSON."""
    from phoneward.phones.adb.rooted import LEFT_OUT

    return {
        "apps": [
            {
                "package": app.package,
                "version_name": readable(app.version_name),
                "data_bytes": app.data_bytes,
                "is_running": app.is_running,
                "folders": [place.decode("ascii") for _name, place in app.folders],
            }
            for app in plan.apps
        ],
        "refused": {readable(app): why for app, why in plan.refused.items()},
        "left_out": [name.decode("ascii") for name in LEFT_OUT],
    }


def opened_again(rooted: "Rooted", plan: "RootedPlan") -> list[str]:
    """Return which apps were opened again while they were read; none where the phone is gone by now."""
    from phoneward.phones import PhoneError

    try:
        return rooted.opened_again(plan)
    except PhoneError:
        return []


def tell_opened(frame: "Frame", opened: "Sequence[str]") -> None:
    """Say which apps were opened again."""
    if opened:
        sentence = _(
            "Opened again while they were read: {apps}. What changed meanwhile is named above; where nothing is, their "
            "data is whole all the same."
        )
        frame.output.result(sentence.format(apps=enumeration(opened)))
