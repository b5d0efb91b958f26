"""The whole checkup: every question, its findings, what to do, and what was not looked at."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import checkup as checkups
from phoneward import flows, snapshots
from phoneward.findings import Action
from phoneward.progress import Listener
from phoneward.texts import _, words
from phoneward.web import actions
from phoneward.web.errors import PageMissingError
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.pages.home import first_finding

COMMAND: Final = ("phoneward", "checkup")


def checkup(request: Request) -> Response:
    """Show the report."""
    context = context_of(request)
    with context.vault() as repo:
        looked = context.checkups.latest(repo)
    return page(
        request,
        "checkup.html",
        title=_("Checkup"),
        command=COMMAND,
        looked=looked,
        first=first_finding(looked.report) if looked.report else None,
    )


def again(request: Request) -> Response:
    """Make a new report and show how it goes."""
    return see_other(f"/jobs/{context_of(request).checkups.again().id}")


def act(request: Request) -> Response:
    """Carry out an action that a finding of the report offers."""
    context = context_of(request)
    with context.vault() as repo:
        report = context.checkups.latest(repo).report
    action = actions.find_action(report.findings if report else (), form_of(request).get("action", ""))
    if action is None:
        say(request, words("What you pressed is from an older checkup. Here is the new one."))
        return see_other("/checkup")
    if address := actions.page_of(action):
        return see_other(address)
    chosen = action

    def work(listener: Listener) -> Outcome:
        with context.door.own() as own:
            done = flows.run(chosen, flows.Flow(own, context.settings, listener))
        context.checkups.forget()
        return Outcome(done, next_label=words("See the checkup"), next_href="/checkup")

    job, is_new = context.jobs.start(Kind(chosen.label, chosen.command), _key(chosen), work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def decide(request: Request) -> Response:
    """Keep what the person decided about a finding: a note, and whether it is done."""
    context, form = context_of(request), form_of(request)
    with context.vault() as repo:
        report = context.checkups.latest(repo).report
    key = form.get("finding", "")
    if report is None or key not in {finding.key for finding in report.findings}:
        say(request, words("What you pressed is from an older checkup. Here is the new one."))
        return see_other("/checkup")
    note, before = (form.get(name, "").strip() for name in ("note", "before"))
    # Another window may have written one since this page was made: only what was changed here is kept.
    changes = [] if note == before else [snapshots.write_note(key, note)]
    if "done" in form:
        changes.append(snapshots.mark_done(key, done=form["done"] == "yes"))
    with context.door.own() as own, own.lock(exclusive=False) as lock:
        snapshots.change_state(own, lock, changes)
    context.checkups.forget()
    say(request, words("It is noted in the vault."))
    return see_other("/checkup")


def as_html(request: Request) -> Response:
    """Hand over the report as one page."""
    return _file(_report(request), checkups.html_report, "html", "text/html; charset=utf-8")


def as_pdf(request: Request) -> Response:
    """Hand over the report as a PDF."""
    return _file(_report(request), checkups.pdf_report, "pdf", "application/pdf")


def _report(request: Request) -> checkups.CheckupReport:
    context = context_of(request)
    with context.vault() as repo:
        report = context.checkups.latest(repo).report
    if report is None:
        raise PageMissingError
    return report


def _file(
    report: checkups.CheckupReport, make: Callable[[checkups.CheckupReport], bytes], ending: str, kind: str
) -> Response:
    name = f"phoneward-checkup-{report.made:%Y-%m-%d}.{ending}"
    return Response(make(report), media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _key(action: Action) -> str:
    return f"{action.room}.{action.verb}:{actions.action_id(action)}"


ROUTES: Final = (
    Route("/checkup", checkup),
    Route("/checkup/again", again, methods=["POST"]),
    Route("/checkup/decide", decide, methods=["POST"]),
    Route("/checkup/report.html", as_html),
    Route("/checkup/report.pdf", as_pdf),
    Route("/actions", act, methods=["POST"]),
)
