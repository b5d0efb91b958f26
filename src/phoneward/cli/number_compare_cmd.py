"""`phoneward number compare`: they say 23, we name 19."""

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.number_looking import Where, file_options, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, current_language, in_language


@click.command(
    cls=WordedCommand,
    short_help=N_("Compare the count of an official list with the accounts that are named here."),
    help=N_(
        "Some states and carriers tell how many accounts hang on a number, and do not name them. Type in what they "
        "say: it is compared with the accounts that your messages, apps and exports name, and kept in the vault.\n\n"
        "`phoneward number offers` says which lists there are."
    ),
)
@argument("number", metavar="NUMBER", meaning=N_("The number that was asked about."))
@option("--count", type=click.IntRange(0, 100_000), required=True, metavar="N", help=N_("How many they count."))
@option("--from", "source", required=True, metavar="LIST", help=N_("Who counts, such as yizhengtongcha."))
@file_options
@vault_options
def compare(
    number: str,
    count: int,
    source: str,
    *,
    where: Where,
) -> ExitCode:
    """Compare, and keep the count."""
    from phoneward import numbers

    frame = current()
    asked = numbers.parse_number(number, where.code or None)
    offer = numbers.offer(source)
    numbers.compare(count, numbers.Inventory(), asked, offer)  # says what is wrong before anything is read
    with looking(frame, where.of(asked)) as looked:
        looked.keep([numbers.keep_count(asked, offer.id, count)])
        found = numbers.compare(count, looked.inventory, asked, offer)
        is_kept = looked.state is not None
    output = frame.output
    if output.json:
        output.emit(
            "comparison",
            {
                "number": asked,
                "from": offer.id,
                "count": count,
                "named": [one.key for one in found.named],
                "covered": [one.key for one in found.covered],
                "unplaced": [one.key for one in found.unplaced],
                "at_least_missing": found.at_least_missing,
                "kept": is_kept,
            },
        )
        return ExitCode.DONE
    output.result(str(numbers.comparison_words(found)))
    for account in found.covered:
        output.result("  " + numbers.account_name(account))
    output.summary("")
    not_covered = in_language(offer.not_covers, current_language())
    output.summary(_("Not covered: {what}").format(what=not_covered))
    if is_kept:
        output.summary(_("The count is kept in the vault."))
    return ExitCode.DONE
