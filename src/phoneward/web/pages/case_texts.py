"""What a user agreement excludes, what a company's answer holds: a text is pasted and looked through, never kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.cases.clauses import CLAUSE_WORDS, Clause, Clauses, find_clauses, why_words
from phoneward.cases.clauses import unchecked as unchecked_clauses
from phoneward.cases.documents import read_document
from phoneward.cases.documents.reading import Sentence
from phoneward.cases.law import by_law
from phoneward.cases.letters.saying import and_more
from phoneward.cases.replies import FOUND_WORDS, Point, Score, Text, score
from phoneward.cases.replies import unchecked as unchecked_reply
from phoneward.texts import _, enumeration, labelled, ngettext
from phoneward.web.cases import CASES, CLAUSES, REPLY
from phoneward.web.page import form_of, page
from phoneward.web.security.forms import Form

MOST: Final = 200
"""Clauses that a page shows."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that was found, or not.

    Attributes:
        title: what it is.
        quote: the sentence with its line; empty where there is none.
        notes: why it matters, and by which rules.
    """

    title: str
    quote: str
    notes: list[str]


class _UnfitError(Exception):
    """What was sent cannot be looked through; the arguments are what is wrong and what to do."""


def _told(form: Form) -> tuple[str, dt.date | None]:
    """Return the text and the day of a form.

    Raises:
        _UnfitError: there is no text, or the day is none.
    """
    text, day = form.get("text", ""), form.get("day", "").strip()
    if not text.strip():
        raise _UnfitError(_("There is no text."), _("Paste it into the field below."))
    try:
        return text, dt.date.fromisoformat(day) if day else None
    except ValueError:
        raise _UnfitError(_("That is no day."), _("Write it as 2026-11-29.")) from None


def _shown(form: Form) -> dict[str, str]:
    """Return what the form's fields hold again."""
    return {name: form.get(name, "") for name in ("text", "day", "kind", "country")}


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _page(
    request: Request,
    form: Form,
    error: _UnfitError | None,
    result: object,
    *,
    title: str,
    command: tuple[str, ...],
    **asked: object,
) -> Response:
    """Return a page that asks for a text, with what was pasted, what is wrong with it, and what it holds."""
    return page(
        request,
        "case_text.html",
        title=title,
        command=command,
        status=400 if error else 200,
        crumbs=((CASES, _("Proof")),),
        button=_("Look through it"),
        told=_shown(form),
        error=error.args if error else None,
        result=result,
        **asked,
    )


def _quote(sentence: Sentence | None) -> str:
    return "" if sentence is None else _("Line {line}: {quote}").format(line=sentence.line, quote=sentence.text)


def clauses(request: Request) -> Response:
    """Ask for an agreement."""
    return _clauses(request, Form(()))


def find(request: Request) -> Response:
    """Look through an agreement."""
    form = form_of(request)
    try:
        text, day = _told(form)
    except _UnfitError as error:
        return _clauses(request, form, error=error)
    found = find_clauses(read_document(text.encode("utf-8", "replace")), on=day, day=_today())
    return _clauses(request, form, found=found)


def _clauses(
    request: Request, form: Form, *, found: Clauses | None = None, error: _UnfitError | None = None
) -> Response:
    result = None
    if found is not None:
        count = len(found.found)
        result = {
            "sentence": ngettext("{count} clause was found.", "{count} clauses were found.", count).format(count=count),
            "items": [_clause(one) for one in found.found[:MOST]],
            "more": and_more(count - MOST) if count > MOST else "",
            "unchecked": list(map(str, unchecked_clauses(found))),
        }
    return _page(
        request,
        form,
        error,
        result,
        title=_("What an agreement excludes"),
        command=("phoneward", "case", "clauses", "FILE"),
        about=_(
            "A company answers with its user agreement. Paste it: the clauses that free it from liability, or take "
            "rights away, are quoted, with why they may be void. This is information, not legal advice."
        ),
        action=CLAUSES,
        label=_("The agreement"),
        day_label=_("On which day did you agree to it?"),
        kinds=(),
    )


def _clause(one: Clause) -> _Item:
    notes = [str(why_words(kind)) for kind in one.kinds]
    if one.is_saved:
        notes.append(_("It says “as far as the law permits”: it claims no more than the law leaves it."))
    if one.sentence.is_set_off is False:
        notes.append(_("Nothing in the page sets it off from the text around it, such as bold print."))
    if one.articles:
        notes.append(
            _("It may be void or no part of the contract by: {articles}.").format(articles=by_law(one.articles))
        )
    return _Item(enumeration(_(CLAUSE_WORDS[kind]) for kind in one.kinds), _quote(one.sentence), notes)


def reply(request: Request) -> Response:
    """Ask for what a company wrote."""
    return _reply(request, Form(()))


def judge(request: Request) -> Response:
    """Look through what a company wrote."""
    form = form_of(request)
    try:
        text, day = _told(form)
    except _UnfitError as error:
        return _reply(request, form, error=error)
    found = score(
        read_document(text.encode("utf-8", "replace")),
        Text.NOTICE if form.get("kind") == Text.NOTICE.value else Text.REPLY,
        country="EU" if form.get("country") == "EU" else "CN",
        happened=day,
        day=_today(),
    )
    return _reply(request, form, found=found)


def _reply(request: Request, form: Form, *, found: Score | None = None, error: _UnfitError | None = None) -> Response:
    result = None
    if found is not None:
        result = {
            "sentence": _("{present} of {asked} things are there.").format(
                present=found.present, asked=len(found.asked)
            ),
            "items": [_point(one) for one in found.points],
            "more": "",
            "unchecked": list(map(str, unchecked_reply(found))),
        }
    return _page(
        request,
        form,
        error,
        result,
        title=_("What a company's answer holds"),
        command=("phoneward", "case", "reply", "FILE"),
        about=_(
            "Paste what the company wrote to you. Of each thing that it should say, this tells whether it does, and "
            "quotes the sentence. This is information, not legal advice."
        ),
        action=REPLY,
        label=_("What the company wrote"),
        day_label=_("On which day did it happen?"),
        kinds=[
            (Text.REPLY.value, _("An answer to you")),
            (Text.NOTICE.value, _("A notice of a leak or loss")),
        ],
        countries=[("CN", _("China")), ("EU", _("European Union"))],
    )


def _point(one: Point) -> _Item:
    notes = [_("Asked for by: {articles}.").format(articles=by_law(one.articles))] if one.articles else []
    return _Item(labelled(str(one.name), _(FOUND_WORDS[one.found])), _quote(one.sentence), notes)


ROUTES: Final = (
    Route(CLAUSES, clauses),
    Route(CLAUSES, find, methods=["POST"]),
    Route(REPLY, reply),
    Route(REPLY, judge, methods=["POST"]),
)
