"""`phoneward forget`: years of snapshots in order; which stay, which go, and why."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from phoneward.cli.errors import NotAChoiceError, NotACountError, NotASpanError, NotTogetherError
from phoneward.cli.frame import Frame, P, R, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.snapshots import ForgetPlan
    from phoneward.vault import (
        FileId,
        GroupBy,
        HeldLock,
        KeepPolicy,
        PruneReport,
        Repository,
        SnapshotFilter,
        Span,
    )


def _count(context: click.Context, parameter: click.Parameter, value: str | None) -> int:
    """Return how many, -1 for all (restic `ForgetPolicyCount`)."""
    if value is None:
        return 0
    if value in {"unlimited", "-1"}:
        return -1
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise NotACountError(value=readable(value), name=_name(context, parameter))
    return int(value)


def _span(context: click.Context, parameter: click.Parameter, value: str | None) -> "Span":
    from phoneward.vault import Span, parse_span

    if value is None:
        return Span()
    try:
        return parse_span(value)
    except ValueError as error:
        raise NotASpanError(value=readable(value), name=_name(context, parameter)) from error


def _group_by(_context: click.Context, _parameter: click.Parameter, value: str) -> "GroupBy":
    from phoneward.vault import parse_group_by

    try:
        return parse_group_by(value)
    except ValueError as error:
        raise NotAChoiceError(value=readable(str(error)), name="--group-by", choices="host, paths, tags") from error


def _name(_context: click.Context, parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len)


def _keep(*names: str, meaning: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    return option(*names, metavar="N", callback=_count, help=meaning)


def _within(name: str, *, meaning: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    return option(name, metavar="TIME", callback=_span, help=meaning)


@click.command(
    cls=WordedCommand,
    short_help=N_("Remove old snapshots by rules, such as one a day for a month."),
    help=N_(
        "Remove old snapshots by rules you give, such as --keep-daily 30 --keep-monthly 12, or remove the ones you "
        "name. What any rule keeps stays; everything else goes. Each phone is judged by itself. `phoneward forget "
        "--family` has rules that most people can live with. With --dry-run you see what would happen, and nothing is "
        "removed.\n\n"
        "Only the lists of files go; the space they took is freed by `phoneward prune`, or at once with --prune. "
        "Snapshots of backups that were cut short are never counted, and go when a newer one of the same phone is "
        "finished. The rules are those of restic."
    ),
)
@argument("names", metavar="[SNAPSHOT]...", nargs=-1, meaning=N_("Snapshots to remove, whatever the rules."))
@_keep("--keep-last", "-l", meaning=N_("Keep this many of the newest; `unlimited`, here and below, keeps all."))
@_keep("--keep-hourly", "-H", meaning=N_("Keep the newest of each of this many hours that have one."))
@_keep("--keep-daily", "-d", meaning=N_("Keep the newest of each of this many days that have one."))
@_keep("--keep-weekly", "-w", meaning=N_("Keep the newest of each of this many weeks that have one."))
@_keep("--keep-monthly", "-m", meaning=N_("Keep the newest of each of this many months that have one."))
@_keep("--keep-yearly", "-y", meaning=N_("Keep the newest of each of this many years that have one."))
@_within(
    "--keep-within", meaning=N_("Keep all that are at most this much older than the newest, such as 1y6m, 30d or 12h.")
)
@_within("--keep-within-hourly", meaning=N_("Of that long, keep the newest of each hour."))
@_within("--keep-within-daily", meaning=N_("Of that long, keep the newest of each day."))
@_within("--keep-within-weekly", meaning=N_("Of that long, keep the newest of each week."))
@_within("--keep-within-monthly", meaning=N_("Of that long, keep the newest of each month."))
@_within("--keep-within-yearly", meaning=N_("Of that long, keep the newest of each year."))
@option(
    "--keep-tag",
    metavar="TAGS",
    multiple=True,
    help=N_("Keep all that have these tags (a,b: both). May be given several times."),
)
@option(
    "--host",
    metavar="PHONE",
    multiple=True,
    help=N_("Judge only snapshots of the phone with this name. May be given several times."),
)
@option(
    "--tag", metavar="TAGS", multiple=True, help=N_("Judge only snapshots with these tags. May be given several times.")
)
@option(
    "--path", metavar="PATH", multiple=True, help=N_("Judge only snapshots of this path. May be given several times.")
)
@option(
    "--group-by",
    "-g",
    metavar="WHAT",
    default="host,paths",
    callback=_group_by,
    help=N_("What makes a series that the rules judge by itself: host, paths, tags. Default: host,paths."),
)
@option(
    "--family",
    is_flag=True,
    help=N_(
        "Use the rules that suit a family: everything of the last week, one a day for a month, one a week for a year, "
        "one a month for five years, one a year for ever; and the last one before an app lost much. --keep-within and "
        "--keep-within-daily, -weekly, -monthly change them."
    ),
)
@option("--remember", is_flag=True, help=N_("With --family: keep these rules in the vault for the next time."))
@option("--prune", is_flag=True, help=N_("Also free the space that only they took, as `phoneward prune` does."))
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be removed, and remove nothing."))
@option("--yes", is_flag=True, help=N_("Do not ask before removing."))
@vault_options
def forget(
    names: tuple[str, ...],
    *,
    family: bool,
    remember: bool,
    prune: bool,
    dry_run: bool,
    yes: bool,
    **rules: Any,  # noqa: ANN401 - options
) -> ExitCode:
    """Plan, show, ask, remove, and free the space where asked to: all under one lock."""
    from phoneward.cli import forget_family, forget_view
    from phoneward.cli.confirming import confirm
    from phoneward.risks import FORGET
    from phoneward.vault import remove_snapshots

    frame = current()
    policy, chosen = _policy(rules), _chosen(rules)
    if names:
        _refuse_beside_names(policy, chosen)
    if family:
        forget_family.refuse_beside_family(names, policy, chosen)
    elif remember:
        raise NotTogetherError(first="--remember", second="--keep-…")
    damaged: dict[FileId, PhonewardError] = {}
    report: PruneReport | None = None
    with open_vault(frame) as repository, repository.lock(exclusive=True) as lock:
        if family:
            plan = forget_family.plan(frame, repository, lock, policy, damaged, remembers=remember and not dry_run)
        else:
            plan = _plan(repository, names, policy=policy, group_by=rules["group_by"], chosen=chosen, damaged=damaged)
        view = forget_view.ForgetView(frame.output, plan, dry_run=dry_run)
        view.show_plan()
        if plan.removed and not dry_run:
            repository.ensure_removable()  # nobody is asked about what cannot be done
            confirm(frame, FORGET.shown(count=f"{len(plan.removed):,}"), yes=yes)
        if not dry_run:
            view.removal = remove_snapshots(repository, plan.removed, lock)
        view.show_removed(prune=prune)
        _warn(frame, damaged)
        try:
            report = _prune(frame, repository, lock, plan, dry_run=dry_run) if prune else None
        finally:
            view.end(report)  # what was removed is told even where the space could not be freed
    failed = (view.removal is not None and view.removal.failed) or (report is not None and not report.ok)
    return ExitCode.INCOMPLETE if failed or damaged else ExitCode.DONE


def _prune(
    frame: Frame, repository: "Repository", lock: "HeldLock", plan: "ForgetPlan", *, dry_run: bool
) -> "PruneReport":
    """Free the space, also where nothing was removed now: an earlier run may have been cut off before it could."""
    from phoneward.cli import prune_view
    from phoneward.cli.progress_view import listening
    from phoneward.vault import prune as prune_vault

    with listening(frame.output) as listener:
        report = prune_vault(
            repository,
            lock,
            dry_run=dry_run,
            without=frozenset(plan.removed) if dry_run else frozenset(),
            on_plan=lambda figures: prune_view.show_plan(frame.output, figures, dry_run=dry_run),
            listener=listener,
        )
    prune_view.show_report(frame.output, report)
    return report


def _policy(rules: dict[str, Any]) -> "KeepPolicy":
    from phoneward.vault import KeepPolicy, parse_tag_list

    numbers = {name.removeprefix("keep_"): value for name, value in rules.items() if name.startswith("keep_")}
    numbers["tags"] = tuple(parse_tag_list(text) for text in numbers.pop("tag"))
    return KeepPolicy(**numbers)


def _chosen(rules: dict[str, Any]) -> "SnapshotFilter":
    from phoneward.vault import SnapshotFilter, parse_tag_list

    return SnapshotFilter(rules["host"], tuple(parse_tag_list(text) for text in rules["tag"]), rules["path"])


def _refuse_beside_names(policy: "KeepPolicy", chosen: "SnapshotFilter") -> None:
    """A person who names snapshots and gives rules too may believe that the rules protect some. They would not."""
    if not policy.is_empty:
        raise NotTogetherError(first="SNAPSHOT", second="--keep-…")
    if not chosen.is_empty:
        raise NotTogetherError(first="SNAPSHOT", second="--host / --tag / --path")


def _plan(
    repository: "Repository",
    names: tuple[str, ...],
    *,
    policy: "KeepPolicy",
    group_by: "GroupBy",
    chosen: "SnapshotFilter",
    damaged: "dict[FileId, PhonewardError]",
) -> "ForgetPlan":
    from phoneward import snapshots, vault

    found = vault.load_snapshots(repository, on_damaged=damaged.__setitem__)
    present = {snapshot.id for snapshot in found if snapshot.id is not None} | set(damaged)
    if not names:
        return snapshots.plan_forget(
            found, policy, group_by=group_by, chosen=chosen, present=present, now_ns=time.time_ns()
        )
    wanted = {_resolve(repository, name) for name in names}
    for name in wanted:
        damaged.pop(name, None)  # to be removed: no need to warn of it
    return snapshots.plan_named(found, wanted, present=present)


def _resolve(repository: "Repository", name: str) -> "FileId":
    from phoneward import snapshots, vault

    if name.strip().lower() == "latest":
        latest = snapshots.find(repository, name).id
        assert latest is not None  # noqa: S101 - it was just read from its file
        return latest
    return vault.find_snapshot_name(repository, name)


def _warn(frame: Frame, damaged: "dict[FileId, PhonewardError]") -> None:
    for error in damaged.values():
        frame.output.warn(error)
