"""All snapshots, and one of them: what it holds, how sure that is, and what can be done with it."""

from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import PhonewardError, readable
from phoneward.snapshots import Coverage, SnapshotInfo, SnapshotKind, coverage_sentences
from phoneward.texts import _, formats
from phoneward.web.addresses import address, differences_address, link, number_of, pager, time_of
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page

ROWS: Final = 50
OF_PHONES: Final = frozenset({SnapshotKind.WHOLE, SnapshotKind.PARTIAL})
SENTENCES: Final = 3
MAX_PHONES: Final = 20


def snapshots(request: Request) -> Response:
    """List them, newest first, of all phones or of one."""
    context = context_of(request)
    device = request.query_params.get("phone")
    with context.library.open(load_index=False) as opened:
        context.library.prepare(opened)
        rows = opened.listed.page(number_of(request), ROWS, device=device, kinds=OF_PHONES)
        return page(
            request,
            "snapshots.html",
            title=_("Snapshots"),
            command=("phoneward", "snapshots"),
            rows=[_row(opened, info) for info in rows.rows],
            total=rows.total,
            pager=pager(request, rows),
            phones=_phones(opened, device),
            damaged=opened.listed.damaged,
        )


def _row(opened: Opened, info: SnapshotInfo) -> list[object]:
    when = link(snapshot_address(info), moment_of(info))
    return [when, opened.phone(info), state_of(info), held(info)]


def _phones(opened: Opened, chosen: str | None) -> list[tuple[str, str, bool]]:
    """Return (address, name, whether it is chosen) of each phone; nothing where there is one only."""
    newest: dict[str, SnapshotInfo] = {}
    for info in opened.listed.infos:
        if info.of_phone:
            newest.setdefault(info.device, info)
    found = [
        (address("/snapshots", phone=device) if device else "/snapshots?phone=", opened.phone(info), device == chosen)
        for device, info in list(newest.items())[:MAX_PHONES]
    ]
    return [("/snapshots", _("All phones"), chosen is None), *found] if len(found) > 1 else []


def snapshot(request: Request) -> Response:
    """Show one."""
    context = context_of(request)
    with context.library.open() as opened:
        info = opened.find(request.path_params["id"])
        coverage, trouble = _coverage(opened, info)
        before = opened.before(info)
        return page(
            request,
            "snapshot.html",
            title=title_of(opened, info),
            command=("phoneward", "coverage", info.snapshot.short_id),
            crumbs=(("/snapshots", _("Snapshots")),),
            info=info,
            base=snapshot_address(info),
            sentences=coverage_sentences(coverage)[:SENTENCES] if coverage else [],
            trouble=trouble,
            facts=_facts(opened, info, coverage),
            differences=differences_address(before.snapshot.id, info.snapshot.id) if before else "",
        )


def _coverage(opened: Opened, info: SnapshotInfo) -> tuple[Coverage | None, PhonewardError | None]:
    """Return what a snapshot covers, or why that cannot be said: what it holds can be looked at all the same."""
    try:
        return opened.catalogue.coverage(info.snapshot).coverage, None
    except PhonewardError as error:
        return None, error


def _facts(opened: Opened, info: SnapshotInfo, coverage: Coverage | None) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("State"), state_of(info)),
        (_("It holds"), held(info)),
    ]
    levels = coverage.levels if coverage else None
    if levels is not None:
        facts += [
            (_("Stored and read back, not compared"), formats.files(levels.stored)),
            (_("The same as on the phone, by checksum"), formats.files(levels.matched)),
        ]
        if levels.mismatched:
            facts.append((_("The phone said something else twice"), formats.files(levels.mismatched)))
    proofs = opened.listed.proofs_of(info.snapshot)
    tried = moment_of(proofs[0]) if proofs else _("not yet")
    facts += [(_("A restore of it was compared"), tried), (_("Its number"), info.snapshot.short_id)]
    return facts


def snapshot_address(info: SnapshotInfo) -> str:
    """Return a snapshot's page."""
    return f"/snapshots/{info.snapshot.id}"


def title_of(opened: Opened, info: SnapshotInfo) -> str:
    """Return how a snapshot is called: whose and when."""
    return _("{phone}, {time}").format(phone=opened.phone(info), time=moment_of(info))


def moment_of(info: SnapshotInfo) -> str:
    """Return when a snapshot was taken."""
    when = time_of(info.snapshot.time_ns)
    return formats.moment(when) if when else _("unknown")


def state_of(info: SnapshotInfo) -> str:
    """Return whether a snapshot is whole."""
    if info.partial:
        return _("cut short")
    return _("whole") if info.device else _("of another program")


def held(info: SnapshotInfo) -> str:
    """Return how much a snapshot holds, as far as it says so."""
    if info.files is None or info.bytes is None:
        return _("unknown")
    return _("{files} ({size})").format(files=formats.files(info.files), size=formats.size(info.bytes))


def crumbs_of(opened: Opened, info: SnapshotInfo) -> tuple[tuple[str, str], ...]:
    """Return the pages above one that is about a snapshot."""
    return (("/snapshots", _("Snapshots")), (snapshot_address(info), title_of(opened, info)))


def shown(name: bytes) -> str:
    """Return a name or path as it stands on a page: inert, and no longer than a person reads."""
    text = readable(name)
    return text if len(text) <= 300 else text[:200] + "…" + text[-80:]


def named(href: str, name: bytes) -> Markup:
    """Return a name as a link."""
    return link(href, shown(name))


ROUTES: Final = (Route("/snapshots", snapshots), Route("/snapshots/{id}", snapshot))
