"""`phoneward number done`: an account is off the number, or is not after all."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.number_looking import Looked, Where, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, enumeration, sentences

if TYPE_CHECKING:
    from phoneward.numbers import KeptPlan


@click.command(
    cls=WordedCommand,
    short_help=N_("Note that an account is off the number that you give up."),
    help=N_(
        "Note in the vault that an account is off the number that you give up. Where the service writes to your new "
        "number, or writes that the number was changed, the next snapshot shows it and the account closes by itself; "
        "where it still writes to the old one, it opens again.\n\n"
        "--undo says that it is not done, whatever was seen so far."
    ),
)
@argument("account", metavar="ACCOUNT", meaning=N_("The account: its name in any language, or its key in --json."))
@option("--number", metavar="NUMBER", help=N_("The number that is given up. Default: the only one that is."))
@option("--undo", is_flag=True, help=N_("It is not done."))
@vault_options
def done(account: str, number: str | None, *, undo: bool) -> ExitCode:
    """Find the account, note, show how it stands."""
    from phoneward import numbers

    frame = current()
    now = dt.datetime.now(dt.UTC)
    with looking(frame, Where()) as looked:
        kept = kept_of(looked, number)
        meant = numbers.account_meant(looked.inventory.accounts, account)
        looked.keep([numbers.mark_account(kept.number, meant.key, now, done=not undo)])
        assert looked.state is not None  # noqa: S101 - without files a vault was opened
        plan = numbers.plan_kept(looked.inventory, looked.state, kept, now.astimezone().date())
    step = next(step for step in plan.steps if step.account.key == meant.key)
    if frame.output.json:
        frame.output.emit("step", numbers.step_document(step, plan))
        return ExitCode.DONE
    said = numbers.standing_words(step) or numbers.until_words(step, plan)
    frame.output.result(sentences(f"{numbers.service_words(step)}:", str(said)))
    frame.output.summary(str(numbers.left_words(plan)))
    return ExitCode.DONE


def kept_of(looked: Looked, number: str | None) -> "KeptPlan":
    """Return the number that is given up and that is meant.

    Raises:
        NoPlanError, SeveralPlansError: none is, or several are and none is named.
    """
    from phoneward import numbers

    assert looked.state is not None  # noqa: S101 - without files a vault was opened
    plans = numbers.kept_plans(looked.state)
    if number is not None:
        wanted = numbers.parse_number(number)
        plans = [kept for kept in plans if kept.number == wanted]
    if not plans:
        raise numbers.NoPlanError
    if len(plans) > 1:
        raise numbers.SeveralPlansError(numbers=enumeration(numbers.shown_number(kept.number) for kept in plans))
    return plans[0]
