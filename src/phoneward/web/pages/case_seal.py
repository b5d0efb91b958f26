"""Seal a case, and check a sealed one."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import cases
from phoneward.errors import readable
from phoneward.texts import _, formats, words
from phoneward.web.addresses import address
from phoneward.web.cases import CASE, CASES, CHECKED, SEAL, begin_check, begin_seal, checked, folder_of
from phoneward.web.page import context_of, form_of, page, say, see_other


def show(request: Request) -> Response:
    """Show what a seal is, and ask whether an authority is to say when."""
    context, key = context_of(request), request.query_params.get("case", "")
    seen = cases.glance(folder_of(context, key))
    return page(
        request,
        "case_seal.html",
        title=_("Seal the case"),
        command=("phoneward", "case", "seal", readable(str(seen.folder))),
        crumbs=((CASES, _("Proof")), (address(CASE, case=key), cases.called(seen))),
        key=key,
        originals=seen.originals,
        seals=seen.seals,
        sealed=formats.moment(seen.sealed) if seen.sealed else "",
        since=seen.since,
        has_roots=context.settings.timestamp_authorities(None) is not None,
    )


def seal(request: Request) -> Response:
    """Begin to seal."""
    form = form_of(request)
    key, url = form.get("case", ""), form.get("url", "").strip()
    if url and not url.startswith(("https://", "http://")):
        say(request, words("The address of a time stamp authority begins with https:// or http://."))
        return see_other(address(SEAL, case=key))
    return see_other(f"/jobs/{begin_seal(context_of(request), key, url).id}")


def check(request: Request) -> Response:
    """Begin to look through a sealed case."""
    return see_other(f"/jobs/{begin_check(context_of(request), form_of(request).get('case', '')).id}")


def result(request: Request) -> Response:
    """Show what the last look found."""
    context, key = context_of(request), request.query_params.get("case", "")
    folder = folder_of(context, key)
    looked = checked(context, key)
    if looked is None:
        return see_other(address(CASE, case=key))
    verdict = looked.verdict
    return page(
        request,
        "case_checked.html",
        title=_("What the case is worth"),
        command=("phoneward", "case", "verify", readable(str(folder))),
        crumbs=((CASES, _("Proof")), (address(CASE, case=key), cases.called(cases.glance(folder)))),
        key=key,
        result=verdict.result.value,
        sentence=str(cases.result_words(verdict.result)),
        is_broken=verdict.result is cases.Result.BROKEN,
        problems=list(map(str, verdict.problems)),
        seals=[
            (
                str(one.seal),
                formats.moment(one.time) if one.time else _("without a trusted time"),
                readable(one.authority),
                _("you trust it") if one.is_trusted else "",
            )
            for one in verdict.seals
        ],
        files=formats.files(verdict.files),
        size=formats.size(verdict.bytes),
        lines=f"{verdict.lines:,}",
        when=formats.moment(looked.when),
    )


ROUTES: Final = (
    Route(SEAL, show),
    Route(SEAL, seal, methods=["POST"]),
    Route(f"{CASE}/check", check, methods=["POST"]),
    Route(CHECKED, result),
)
