"""`phoneward number done`: an account is off the number, or is not after all."""

import datetime as dt

import click

from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.number_looking import Where, kept_of, looking
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, labelled


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
    frame.output.result(labelled(str(numbers.service_words(step)), str(said)))
    frame.output.summary(str(numbers.left_words(plan)))
    return ExitCode.DONE
