"""Work in the background, as it goes on and what came of it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.texts import _
from phoneward.web.jobs import Job
from phoneward.web.page import context_of, fragment, page, see_other


def show(request: Request) -> Response:
    """Show a job; while it runs the page keeps itself fresh, with or without JavaScript."""
    job = _job(request)
    return page(
        request,
        "job.html",
        title=str(job.kind.title),
        command=job.kind.command,
        job=job,
        already="already" in request.query_params,
    )


def status(request: Request) -> Response:
    """Return the moving part of the page, for htmx; at the end have the whole page loaded."""
    job = _job(request)
    answer = fragment("job_status.html", job=job, seen=request.query_params.get("seen", "")[:40])
    if not job.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


def stop(request: Request) -> Response:
    """Tell a job to stop."""
    job = _job(request)
    if job.kind.can_stop:
        job.stop.set()
    return see_other(f"/jobs/{job.id}")


def every(request: Request) -> Response:
    """List what runs and what ran."""
    return page(request, "jobs.html", title=_("Work going on"), jobs=context_of(request).jobs.all())


def _job(request: Request) -> Job:
    return context_of(request).jobs.get(request.path_params["job"])


ROUTES: Final = (
    Route("/jobs", every),
    Route("/jobs/{job}", show),
    Route("/jobs/{job}/status", status),
    Route("/jobs/{job}/stop", stop, methods=["POST"]),
)
