"""Who takes how much of the vault: phone by phone, or app by app. Worked out as a job, then shown."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import snapshots
from phoneward.progress import Listener
from phoneward.snapshots import Per, Usage, UsageTable, is_state, usage_name
from phoneward.texts import Size, _, formats, words
from phoneward.vault import load_snapshots
from phoneward.web.errors import PageMissingError
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.page import context_of, page, see_other

USAGE: Final = "/vault/usage"
SHOWN: Final = 200
"""Rows that are listed; the command tells them all."""


def show(request: Request) -> Response:
    """Show what was worked out, or offer to work it out."""
    context = context_of(request)
    with context.library.open():  # leads to where the password is typed, if it must be
        pass
    found = [context.answers.get(f"{USAGE}/{per.value}", UsageTable) for per in Per]
    return page(
        request,
        "vault_usage.html",
        title=_("What takes how much room"),
        command=("phoneward", "stats", "--per", "app"),
        crumbs=(("/vault", _("Your vault")),),
        tables=[_table(one) for one in found if one is not None],
    )


def _table(found: UsageTable) -> dict[str, object]:
    rows = [*found.rows[:SHOWN], *([found.rest] if found.rest.snapshots else [])]
    return {
        "caption": _("Phones") if found.per is Per.PHONE else _("Apps"),
        "columns": [
            _("Phone") if found.per is Per.PHONE else _("App"),
            _("In the newest snapshot"),
            _("Stored for it alone"),
            _("Shared with others"),
        ],
        "rows": [_row(found, row) for row in rows],
        "stored": formats.size(found.stored),
        "shared": formats.size(found.shared),
        "more": max(0, len(found.rows) - SHOWN),
    }


def _row(found: UsageTable, row: Usage) -> list[object]:
    return [usage_name(found, row), formats.size(row.newest_size), formats.size(row.alone), formats.size(row.together)]


def work_out(request: Request) -> Response:
    """Work it out, as a job."""
    context, wanted = context_of(request), request.path_params["per"]
    if wanted not in {per.value for per in Per}:
        raise PageMissingError
    per = Per(wanted)

    def work(listener: Listener) -> Outcome:
        with context.door.own() as own:
            every = [one for one in load_snapshots(own) if not is_state(one)]
            found = snapshots.usage(own, every, per, state=snapshots.load_state(own), listener=listener)
        context.answers.put(f"{USAGE}/{per.value}", found)
        said = words("All snapshots together take {size} in the vault.", size=Size(found.stored))
        return Outcome(said, next_label=words("See who takes how much"), next_href=USAGE)

    kind = Kind(words("Working out what takes how much room"), ("phoneward", "stats", "--per", per.value))
    job, is_new = context.jobs.start(kind, f"vault:usage-{per.value}", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


ROUTES: Final = (
    Route(USAGE, show),
    Route(f"{USAGE}/{{per}}", work_out, methods=["POST"]),
)
