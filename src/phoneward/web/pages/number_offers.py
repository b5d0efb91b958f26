"""What carriers and the state offer for a number: lists of what hangs on it, and ways to take it off."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import numbers
from phoneward.numbers import Offer
from phoneward.texts import _, current_language, in_language, words
from phoneward.web.addresses import address
from phoneward.web.numbers import NUMBERS, OFFERS, decide, inventories
from phoneward.web.page import context_of, form_of, page, say, see_other


def show(request: Request) -> Response:
    """Show the offers for a number's country; all where no number is named."""
    context = context_of(request)
    asked = request.query_params.get("number", "").strip()
    number = numbers.parse_number(asked) if asked else None
    with context.library.open() as opened:
        known, _job = inventories(context, opened)
        counted = numbers.counts(opened.state, number) if number is not None else {}
    inventory = known.of_number(number) if known is not None and number is not None else None
    return page(
        request,
        "number_offers.html",
        title=_("What carriers and the state offer"),
        command=("phoneward", "number", "offers", *((number,) if number is not None else ())),
        crumbs=((NUMBERS, _("Numbers")),),
        number=number or "",
        shown=numbers.shown_number(number) if number is not None else "",
        quarantine=str(numbers.quarantine_words(numbers.quarantine(number))) if number is not None else "",
        offers=[_offer(one, number, counted.get(one.id), inventory) for one in numbers.offers(number)],
    )


def _offer(one: Offer, number: str | None, count: int | None, inventory: numbers.Inventory | None) -> dict[str, object]:
    language = current_language()
    compared = ""
    if number is not None and count is not None and inventory is not None and one.is_comparable:
        compared = str(numbers.comparison_words(numbers.compare(count, inventory, number, one)))
    return {
        "id": one.id,
        "name": in_language(one.names, language),
        "answers": str(numbers.answers_words(one)),
        "covers": in_language(one.covers, language),
        "not_covers": in_language(one.not_covers, language),
        "steps": in_language(one.steps.steps, language),
        "link": one.steps.link,
        "is_confirmed": one.steps.is_confirmed,
        "source": one.steps.source,
        "can_count": one.is_comparable and number is not None,
        "count": "" if count is None else count,
        "compared": compared,
    }


def count(request: Request) -> Response:
    """Keep what a list counts, to compare it with what is named here."""
    context, form = context_of(request), form_of(request)
    number = numbers.parse_number(form.get("number", ""))
    offer = numbers.offer(form.get("offer", ""))
    text = form.get("count", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        say(request, words("Please write the count as a number, such as 23."))
    else:
        decide(context, [numbers.keep_count(number, offer.id, int(text) if text else None)])
    return see_other(address(OFFERS, number=number))


MAX_DIGITS: Final = 5
ROUTES: Final = (Route(OFFERS, show), Route("/numbers/offers/count", count, methods=["POST"]))
