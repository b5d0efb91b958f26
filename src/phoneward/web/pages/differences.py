"""What differs between two snapshots."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots import PAGE_SIZE, Catalogue, ChangeRow, SnapshotInfo, SnapshotKind
from phoneward.texts import _, formats, words
from phoneward.web.addresses import address, differences_address, number_of, pager, time_of
from phoneward.web.jobs import Kind, Outcome, Work
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page, see_other
from phoneward.web.pages.snapshots import crumbs_of, moment_of, named, shown, snapshot_address

QUICK_S: Final = 1.0
"""How long a page waits for a comparison that nobody asked for before."""
GROUPS: Final = ("added", "removed", "changed")
MAX_CHOICES: Final = 400


def differences(request: Request) -> Response:
    """Show them; where they were never compared, do so as a job first."""
    context = context_of(request)
    group = request.query_params.get("show", "")
    group = group if group in GROUPS else ""
    with context.library.open() as opened:
        pair = _pair(request, opened)
        if pair is None:
            return _choose(request, opened)
        before, after = pair
        if not opened.catalogue.differences_are_ready(before.snapshot, after.snapshot):
            job, _is_new = context.jobs.start(
                Kind(words("Comparing two snapshots"), _command(before, after), can_stop=False),
                f"differences:{before.snapshot.tree.hex()}:{after.snapshot.tree.hex()}",
                _comparing(opened.catalogue, before, after),
            )
            if not job.ended.wait(QUICK_S) or job.error is not None:
                return see_other(f"/jobs/{job.id}")
        counts, rows = opened.catalogue.differences(
            before.snapshot, after.snapshot, number_of(request), PAGE_SIZE, group=group or None
        )
        labels = {"": _("All"), "added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
        numbers = {"added": counts.added, "removed": counts.removed, "changed": counts.changed}
        numbers[""] = sum(numbers.values())
        return page(
            request,
            "differences.html",
            title=_("What changed"),
            command=_command(before, after),
            crumbs=crumbs_of(opened, after),
            before=moment_of(before),
            after=moment_of(after),
            counts=counts,
            choices=[
                (
                    differences_address(before.snapshot.id, after.snapshot.id, name),
                    _("{name}: {count}").format(name=labels[name], count=f"{numbers[name]:,}"),
                    name == group,
                )
                for name in ("", *GROUPS)
            ],
            rows=[_row(before, after, row) for row in rows.rows],
            pager=pager(request, rows),
            damaged=[shown(path) for path in counts.damaged],
            has_more=counts.shown < numbers[""] or counts.cut,
        )


def _pair(request: Request, opened: Opened) -> tuple[SnapshotInfo, SnapshotInfo] | None:
    """Return the two that are compared, the older one first; None where they were not said."""
    names = [request.query_params.get(name, "") for name in ("from", "to")]
    if not all(names):
        return None
    one, two = (opened.find(name) for name in names)
    return one, two


def _choose(request: Request, opened: Opened) -> Response:
    infos = opened.listed.select(kinds=frozenset({SnapshotKind.WHOLE, SnapshotKind.PARTIAL}))[:MAX_CHOICES]
    items = [(i.snapshot.id, _("{phone}, {time}").format(phone=opened.phone(i), time=moment_of(i))) for i in infos]
    return page(
        request,
        "differences_choose.html",
        title=_("Compare two snapshots"),
        command=("phoneward", "diff", _("SNAPSHOT"), _("SNAPSHOT")),
        crumbs=(("/snapshots", _("Snapshots")),),
        items=items,
        older=items[1][0] if len(items) > 1 else "",
    )


def _comparing(catalogue: Catalogue, before: SnapshotInfo, after: SnapshotInfo) -> Work:
    address_of = differences_address(before.snapshot.id, after.snapshot.id)

    def work(listener: Listener) -> Outcome:
        listener(PhaseStarted("compare"))
        listener(Advanced("compare", 0, 0))
        catalogue.differences(before.snapshot, after.snapshot)
        listener(PhaseDone("compare", 0, 0))
        return Outcome(
            words("The two snapshots are compared."), next_label=words("See what changed"), next_href=address_of
        )

    return work


def _command(before: SnapshotInfo, after: SnapshotInfo) -> tuple[str, ...]:
    return ("phoneward", "diff", before.snapshot.short_id, after.snapshot.short_id)


def _row(before: SnapshotInfo, after: SnapshotInfo, row: ChangeRow) -> list[object]:
    is_gone = row.modifier == "-"
    where = snapshot_address(before if is_gone else after)
    there = address(f"{where}/{'files' if row.path.endswith(b'/') else 'file'}", path=row.path.rstrip(b"/"))
    when = time_of(row.before_ns if is_gone else row.after_ns)
    return [named(there, row.path), _what(row), _sizes(row), formats.moment(when) if when else ""]


def _what(row: ChangeRow) -> str:
    if row.modifier == "+":
        return _("added")
    if row.modifier == "-":
        return _("removed")
    if "T" in row.modifier:
        return _("something else now")
    return _("other content, same size and date") if "?" in row.modifier else _("changed")


def _sizes(row: ChangeRow) -> str:
    one = formats.size(row.before) if row.before is not None else ""
    two = formats.size(row.after) if row.after is not None else ""
    return f"{one} → {two}" if one and two and one != two else two or one


ROUTES: Final = (Route("/differences", differences),)
