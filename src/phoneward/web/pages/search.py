"""Looking a name up in all snapshots of all phones, and all versions of one file."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.snapshots import FileHistory, FileVersion, Found, SnapshotInfo
from phoneward.texts import _, counted, formats
from phoneward.web.addresses import address, link, number_of, pager, path_of, time_of
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page
from phoneward.web.pages.snapshots import moment_of, named, shown

ROWS: Final = 50
MAX_QUERY: Final = 200
MAX_VERSIONS: Final = 200


def search(request: Request) -> Response:
    """Show what is found, and how much of the vault was searched."""
    context = context_of(request)
    wanted = request.query_params.get("q", "").strip()[:MAX_QUERY]
    with context.library.open() as opened:
        job = context.library.prepare(opened)
        answer = opened.catalogue.search(wanted, number_of(request), ROWS)
        found = answer.page
        return page(
            request,
            "search.html",
            title=_("Search"),
            command=("phoneward", "find", f"*{wanted}*") if wanted else ("phoneward", "find"),
            crumbs=(("/snapshots", _("Snapshots")),),
            wanted=wanted,
            rows=[_row(opened, row) for row in found.rows],
            count=_count(found.total, more=found.at_least),
            pager=pager(request, found),
            state=answer.state,
            job=job,
            is_preparing=job is not None and job.is_running,
        )


def _count(total: int, *, more: bool) -> str:
    number = f"{total:,}"
    return _("More than {count} found").format(count=number) if more else _("{count} found").format(count=number)


def _row(opened: Opened, found: Found) -> list[object]:
    when = time_of(found.mtime_ns)
    folder, _slash, name = found.path.rpartition(b"/")
    versions = address("/versions", path=found.path, phone=found.device)
    if found.type == "dir":
        versions = address(f"/snapshots/{found.last.snapshot.id}/files", path=found.path)
        name += b"/"
    return [
        named(versions, name),
        link("", shown(folder) or "/"),
        opened.phone_named(found.device, found.label),
        str(counted("{count} version", "{count} versions", found.versions)),
        formats.size(found.size) if found.size is not None else "",
        formats.moment(when) if when else "",
    ]


def versions(request: Request) -> Response:
    """Show every content that a file had, for each phone that has it."""
    context = context_of(request)
    path = b"/" + path_of(request).strip(b"/")
    device = request.query_params.get("phone")
    with context.library.open() as opened:
        job = context.library.prepare(opened)
        histories = opened.catalogue.versions(path, device=device or None)
        return page(
            request,
            "versions.html",
            title=_("All versions of {name}").format(name=shown(path.rpartition(b"/")[2])),
            command=("phoneward", "find", shown(path)),
            crumbs=(("/snapshots", _("Snapshots")),),
            path=shown(path),
            histories=[_history(opened, history) for history in histories],
            state=opened.catalogue.state(),
            job=job,
            is_preparing=job is not None and job.is_running,
        )


def _history(opened: Opened, history: FileHistory) -> dict[str, object]:
    some = history.versions[:MAX_VERSIONS]
    gone = history.missing_in
    return {
        "phone": opened.phone_named(history.device, history.label),
        "gone": moment_of(gone) if gone is not None else "",
        "rows": [_version(history, version) for version in some],
        "count": str(counted("{count} version", "{count} versions", len(history.versions))),
        "further": len(history.versions) - len(some),
    }


def _version(history: FileHistory, version: FileVersion) -> list[object]:
    when = time_of(version.mtime_ns)
    last = version.last.snapshot.id or ""
    is_file = version.type == "file"
    page_of_it = address(f"/snapshots/{last}/{'files' if version.type == 'dir' else 'file'}", path=history.path)
    label = formats.moment(when) if when else _("without a date")
    return [
        link(page_of_it, label),
        formats.size(version.size) if version.size is not None else "",
        _held(version.first),
        _held(version.last),
        link(address(f"/content/{last}", path=history.path), _("Download")) if is_file else "",
        link(address("/restore", path=history.path, snapshot=last), _("Restore …")),
    ]


def _held(info: SnapshotInfo) -> str:
    return _("{time} (cut short)").format(time=moment_of(info)) if info.partial else moment_of(info)


ROUTES: Final = (Route("/search", search), Route("/versions", versions))
