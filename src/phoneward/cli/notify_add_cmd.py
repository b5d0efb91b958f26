"""`phoneward notify add`: set a way to be told."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import MissingArgumentError, NotTogetherError
from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.notifying import Channel, Security

CHANNELS = ("desktop", "email", "ntfy", "webhook")
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


@click.command(
    "add",
    cls=WordedCommand,
    short_help=N_("Set a way to be told."),
    help=N_(
        "Set a way to be told. It takes the place of an earlier one of the same kind.\n\n"
        "\b\n"
        "phoneward notify add desktop\n"
        "phoneward notify add email me@example.org --server mail.example.org --user me --secret-file FILE\n"
        "phoneward notify add ntfy https://ntfy.sh/a-word-nobody-guesses\n"
        "phoneward notify add webhook https://example.org/hook --secret-file FILE\n\n"
        "On the screen you read what happened. What leaves this computer says only that something happened, unless you "
        "add --details. Everybody who knows an ntfy topic can read it: choose one that nobody guesses, or a server of "
        "your own with a token."
    ),
)
@argument("channel", metavar="WAY", type=click.Choice(CHANNELS), meaning=N_("desktop, email, ntfy or webhook."))
@argument("where", metavar="[ADDRESS]", required=False, meaning=N_("The e-mail or web address. None for desktop."))
@option("--server", metavar="HOST[:PORT]", help=N_("The mail server."))
@option(
    "--security",
    type=click.Choice(("tls", "starttls", "none")),
    help=N_("How the mail server is spoken to. Default: tls, or starttls at port 587."),
)
@option("--user", metavar="NAME", help=N_("With whom to log in at the mail server."))
@option("--from", "sender", metavar="ADDRESS", help=N_("The sender's address. Default: the recipient's."))
@option("--secret-file", metavar="FILE", help=N_("A file that holds the mail server's password, or the token."))
@option("--details", is_flag=True, help=N_("Name the phone and what happened."))
@output_options
def add_(
    channel: str,
    where: str | None,
    *,
    server: str | None,
    security: "Security | None",
    user: str | None,
    sender: str | None,
    secret_file: str | None,
    details: bool,
) -> ExitCode:
    """Check it, write it down, say what it will tell."""
    from phoneward import notifying
    from phoneward.cli.notify_view import document_of, sentence_of

    mail_only = {"--server": server, "--security": security, "--user": user, "--from": sender}
    if channel != "email" and (given := next((name for name, value in mail_only.items() if value), None)):
        raise NotTogetherError(first=channel, second=given)
    if channel == "desktop" and (secret_file or details or where):
        raise NotTogetherError(first=channel, second=where or ("--details" if details else "--secret-file"))
    if channel != "desktop" and not where:
        raise MissingArgumentError(command="phoneward notify add", name="ADDRESS")
    if channel == "email" and not server:
        raise MissingArgumentError(command="phoneward notify add", name="--server")
    secret = str(Path(secret_file).expanduser().absolute()) if secret_file else ""
    new: Channel
    match channel:
        case "desktop":
            new = notifying.Desktop()
        case "email":
            host, port, how = _server(server or "", security)
            new = notifying.Email(
                server=host,
                port=port,
                security=how,
                sender=sender or where or "",
                to=where or "",
                user=user or "",
                secret_file=secret,
                details=details,
            )
        case "ntfy":
            new = notifying.Ntfy(url=where or "", secret_file=secret, details=details)
        case _:
            new = notifying.Webhook(url=where or "", secret_file=secret, details=details)
    notifying.checked(new)
    frame = current()
    state_dir = frame.settings.state_dir
    others = [one for one in notifying.load_channels(state_dir) if notifying.name_of(one) != channel]
    notifying.save_channels(state_dir, [*others, new])
    if frame.output.json:
        frame.output.emit("notify_added", document_of(new))
    else:
        frame.output.summary(sentence_of(new))
        frame.output.summary(_("Try it with: phoneward notify test"))
    return ExitCode.DONE


def _server(text: str, security: "Security | None") -> "tuple[str, int, Security]":
    """Return host, port and how the server is spoken to."""
    host, colon, port_text = text.rpartition(":")
    if not colon or not port_text.isascii() or not port_text.isdigit():
        host, port_text = text, ""
    how: Security = security or ("starttls" if port_text == "587" else "tls")
    return host.strip("[]"), int(port_text[:6] or _PORTS[how]), how
