"""`phoneward number offers`: what carriers and the state offer."""

from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.output import Output
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, current_language, in_language

if TYPE_CHECKING:
    from phoneward.numbers import Offer


@click.command(
    cls=WordedCommand,
    short_help=N_("Show what carriers and the state tell about a number, and what they take off."),
    help=N_(
        "Show which official lists and services there are for a number's country: what each covers and what it does "
        "not, what it answers with, and how to get there. Without a NUMBER all are shown. Nothing is asked of anybody."
    ),
)
@argument("number", metavar="[NUMBER]", required=False, meaning=N_("A number, or a country's two letters, such as CN."))
@option("--region", metavar="CC", help=N_("The country of a number without a country code, such as CN."))
@output_options
def offers(number: str | None, region: str | None) -> ExitCode:
    """Show them."""
    from phoneward import numbers

    output = current().output
    asked = number
    if number is not None:
        if len(number) == 2 and number.isascii() and number.isalpha():
            asked = numbers.told_region(number)
        else:
            asked = numbers.parse_number(number, None if region is None else numbers.told_region(region))
    if asked is not None:
        _quarantine(output, asked)
    for offer in numbers.offers(asked):
        _show(output, offer)
    return ExitCode.DONE


def _quarantine(output: Output, asked: str) -> None:
    from phoneward import numbers

    found = numbers.quarantine(asked)
    if output.json:
        output.emit(
            "quarantine",
            {
                "country": numbers.country_of(asked),
                "least_days": found.least_days if found else None,
                "most_days": found.most_days if found else None,
                "source": found.source or None if found else None,
            },
        )
        return
    output.result(str(numbers.quarantine_words(found)))
    output.result("")


def _show(output: Output, offer: "Offer") -> None:
    from phoneward import numbers

    language = current_language()
    steps = offer.steps
    if output.json:
        output.emit(
            "offer",
            {
                "id": offer.id,
                "name": in_language(offer.names, language),
                "countries": list(offer.countries),
                "by": "state" if offer.by_state else "carriers",
                "answers": offer.answers.value,
                "counts": offer.counts.value if offer.counts else None,
                "for": sorted(one.value for one in offer.for_whom),
                "covers": in_language(offer.covers, language),
                "not_covers": in_language(offer.not_covers, language),
                "link": steps.link or None,
                "steps": list(in_language(steps.steps, language)),
                "source": steps.source or None,
                "checked": steps.checked.isoformat() if steps.checked else None,
            },
        )
        return
    output.result(f"{in_language(offer.names, language)}  ({offer.id})")
    output.result("  " + str(numbers.answers_words(offer)))
    output.result("  " + _("Covered: {what}").format(what=in_language(offer.covers, language)))
    output.result("  " + _("Not covered: {what}").format(what=in_language(offer.not_covers, language)))
    for place, step in enumerate(in_language(steps.steps, language), 1):
        output.result(f"  {place}. {step}")
    if steps.link:
        output.result("  " + steps.link)
    if not steps.is_confirmed:
        output.result("  " + _("This is not confirmed."))
    output.result("")
