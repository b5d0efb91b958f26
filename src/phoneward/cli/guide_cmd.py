"""`phoneward guide`: how a phone takes in messages, calls, contacts or a calendar that a snapshot gave out."""

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, enumeration

KINDS = ("sms", "calls", "contacts", "calendar")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say how a phone takes in messages, calls, contacts or a calendar."),
    help=N_(
        "Say step by step how a phone takes in the files that `phoneward restore latest --records --target DIR` gives "
        "out: which app does it, what does not come back, what happens if a file is taken in twice, and what to look "
        "at afterwards. What was not found on a page of the app's or the phone's maker is marked."
    ),
)
@argument("kind", metavar="KIND", type=click.Choice(KINDS), meaning=N_("sms, calls, contacts or calendar."))
@option("--phone", metavar="MAKER", help=N_("Whose phone it is, such as xiaomi or samsung. Default: plain Android."))
@output_options
def guide(kind: str, phone: str | None) -> ExitCode:
    """Show the guide."""
    from phoneward import phones
    from phoneward.cli.errors import NotAChoiceError
    from phoneward.cli.guide_view import guide_document, show_whole_guide

    frame = current()
    families = [key for key, _name in phones.guide_families()]
    if phone is not None and phone not in families and phones.maker_named(phone) is None:
        raise NotAChoiceError(value=readable(phone), name="--phone", choices=enumeration(families))
    found = phones.import_guide(kind, phone)
    if frame.output.json:
        frame.output.emit("guide", guide_document(found))
        return ExitCode.DONE
    show_whole_guide(frame.output, found)
    frame.output.summary("")
    command = "phoneward restore latest --records --to-phone SERIAL"
    frame.output.summary(_("The files come onto the phone with: {command}").format(command=command))
    return ExitCode.DONE
