"""Letters of a case: which there are, one as it would be sent, and the statement; to keep, to print, to save."""

import datetime as dt
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import cases
from phoneward.cases import Case, Role, letters
from phoneward.cases.letters import ROLE_WORDS
from phoneward.cases.statements import KIND as STATEMENT
from phoneward.errors import readable
from phoneward.texts import _, current_language, words
from phoneward.web.addresses import address
from phoneward.web.cases import CASE, CASES, LETTER, LETTERS, open_case
from phoneward.web.page import context_of, form_of, page, say, see_other


def show(request: Request) -> Response:
    """Show which letters there are, and what each still needs."""
    key = request.query_params.get("case", "")
    case = open_case(context_of(request), key)
    facts = case.facts
    has_evidence = any(item.is_original for item in case.items())
    kinds = [kind for kind in letters.letter_kinds().values() if facts.country in kind.countries]
    return page(
        request,
        "case_letters.html",
        title=_("Letters"),
        command=("phoneward", "case", "letter", readable(str(case.folder))),
        crumbs=((CASES, _("Proof")), (address(CASE, case=key), readable(facts.title))),
        statement=address(LETTER, case=key, kind=STATEMENT),
        kinds=[
            (
                str(kind.title_words),
                _(kind.about),
                address(LETTER, case=key, kind=kind.id),
                [gap.text for gap in letters.missing_fields(facts, kind.id, has_evidence=has_evidence)],
            )
            for kind in kinds
        ],
    )


def letter(request: Request) -> Response:
    """Show a letter as it would be sent."""
    query = request.query_params
    key, kind, to = query.get("case", ""), query.get("kind", ""), query.get("to", "")
    language = "zh" if (query.get("language", "") or current_language()).startswith("zh") else "en"
    case = open_case(context_of(request), key)
    written = _written(case, kind, language, to)
    facts = case.facts
    return page(
        request,
        "case_letter.html",
        title=written.title,
        command=(
            *("phoneward", "case", "statement" if kind == STATEMENT else "letter", readable(str(case.folder))),
            *(() if kind == STATEMENT else (kind,)),
        ),
        crumbs=(
            (CASES, _("Proof")),
            (address(CASE, case=key), readable(facts.title)),
            (address(LETTERS, case=key), _("Letters")),
        ),
        letter=written,
        spoken="zh-CN" if language == "zh" else "en",
        key=key,
        kind=kind,
        to=to,
        language=language,
        roles=[
            (one.role.value, f"{_(ROLE_WORDS[one.role])}: {readable(one.name)}")
            for one in facts.parties
            if one.role is not Role.CLAIMANT
        ],
        pdf=address(f"{LETTER}.pdf", case=key, kind=kind, to=to, language=language),
        html=address(f"{LETTER}.html", case=key, kind=kind, to=to, language=language),
    )


def _written(case: Case, kind: str, language: str, to: str) -> letters.Letter:
    day = dt.datetime.now().astimezone().date()
    evidence = letters.evidence_of(case.items())
    if kind == STATEMENT:
        return cases.write_statement(case.facts, evidence, day, language)
    role = next((one for one in Role if one.value == to), None)
    return letters.write_letter(case.facts, evidence, kind, day, language, to=role)


def _of(request: Request) -> letters.Letter:
    query = request.query_params
    case = open_case(context_of(request), query.get("case", ""))
    return _written(
        case, query.get("kind", ""), "zh" if query.get("language", "") == "zh" else "en", query.get("to", "")
    )


def pdf(request: Request) -> Response:
    """Return a letter as PDF/A."""
    written = _of(request)
    return _file(letters.letter_pdf(written), written, "pdf", "application/pdf")


def html(request: Request) -> Response:
    """Return a letter as a page of its own, for printing."""
    written = _of(request)
    return _file(letters.letter_html(written), written, "html", "text/html; charset=utf-8")


def _file(data: bytes, written: letters.Letter, ending: str, media_type: str) -> Response:
    name = f"{written.day.isoformat()}-{written.kind}-{written.language}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)


def keep(request: Request) -> Response:
    """Put a letter into the case."""
    form = form_of(request)
    key, kind = form.get("case", ""), form.get("kind", "")
    case = open_case(context_of(request), key)
    path = letters.keep_letter(
        case, _written(case, kind, "zh" if form.get("language", "") == "zh" else "en", form.get("to", ""))
    )
    say(request, words("The letter is in the case: {path}", path=path))
    return see_other(address(CASE, case=key))


ROUTES: Final = (
    Route(LETTERS, show),
    Route(LETTER, letter),
    Route(f"{LETTER}.pdf", pdf),
    Route(f"{LETTER}.html", html),
    Route(f"{LETTER}/keep", keep, methods=["POST"]),
)
