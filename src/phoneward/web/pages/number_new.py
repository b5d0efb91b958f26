"""This number is new to me: which services mean its earlier holder, what to do, and what to say to them."""

import datetime as dt
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import numbers
from phoneward.findings import Severity
from phoneward.numbers import NewHolder, Stranger
from phoneward.texts import _, formats
from phoneward.web.addresses import address
from phoneward.web.numbers import NEW, NUMBERS, new_holders
from phoneward.web.page import context_of, page

MAX_SHOWN: Final = 200


def show(request: Request) -> Response:
    """Show the form, and what was found of the number that it names."""
    context = context_of(request)
    asked, since = request.query_params.get("number", "").strip(), request.query_params.get("since", "").strip()
    name = request.query_params.get("name", "").strip()
    found, job = None, None
    if asked:
        number = numbers.parse_number(asked)
        day = numbers.told_past_day(since) if since else None
        with context.library.open() as opened:
            found, job = new_holders(context, opened, number, day, name)
    return page(
        request,
        "number_new.html",
        title=_("This number is new to me"),
        command=_command(asked, since, name),
        crumbs=((NUMBERS, _("Numbers")),),
        asked=asked,
        since=since,
        name=name,
        today=dt.datetime.now().astimezone().date().isoformat(),
        number=numbers.shown_number(found.number) if found is not None else "",
        theirs=[_stranger(one, found) for one in found.theirs[:MAX_SHOWN]] if found is not None else [],
        maybe=[_stranger(one, found) for one in found.maybe[:MAX_SHOWN]] if found is not None else [],
        steps=[str(one) for one in numbers.new_holder_steps(found)] if found is not None else [],
        never=[str(one) for one in numbers.new_holder_never()],
        unknown=[str(one) for one in numbers.new_holder_unknown(found)] if found is not None else [],
        looked=f"{found.messages:,}" if found is not None else "",
        has_answer=found is not None,
        is_looking=job is not None and job.is_running,
        job=job,
        here=address(NEW, number=asked, since=since, name=name),
    )


def _command(asked: str, since: str, name: str) -> tuple[str, ...]:
    options = (*(("--since", since) if since else ()), *(("--name", name) if name else ()))
    return ("phoneward", "number", "new", asked or "NUMBER", *options)


def _stranger(one: Stranger, found: NewHolder) -> dict[str, object]:
    return {
        "name": str(numbers.stranger_words(one)),
        "signs": [str(sign) for sign in numbers.sign_words(one)],
        "last": formats.day(one.last) if one.last is not None else "",
        "severity": Severity.WARNING if one.is_somebody_elses else Severity.ADVICE,
        "letter": [str(paragraph) for paragraph in numbers.letter(found, one.key)],
    }


ROUTES: Final = (Route(NEW, show),)
