"""A message by e-mail, through the mail server that the person named."""

import email.utils
import smtplib
import ssl
from email.message import EmailMessage
from typing import Final

from phoneward.errors import readable
from phoneward.notifying.errors import ChannelRefusedError
from phoneward.notifying.message import Message
from phoneward.notifying.settings_file import Email, secret_of

_SECONDS: Final = 30.0


def send(channel: Email, message: Message) -> None:
    """Send a message.

    Raises:
        ChannelRefusedError: the server cannot be reached, is not who it should be, or does not take it.
        SettingFileError: the file with the password cannot be read.
    """
    password = secret_of(channel.secret_file)
    try:
        with _connected(channel) as server:
            if channel.user:
                server.login(channel.user, password)
            server.send_message(_letter(channel, message))
    except (OSError, smtplib.SMTPException, ssl.SSLError, UnicodeError) as error:
        raise ChannelRefusedError(channel="email", detail=_why(error)) from error


def _connected(channel: Email) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if channel.security == "tls":
        return smtplib.SMTP_SSL(channel.server, channel.port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(channel.server, channel.port, timeout=_SECONDS)
    if channel.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:  # an interrupt too must not leave the connection open
            server.close()
            raise
    return server


def _letter(channel: Email, message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = readable(message.title)
    letter["From"] = email.utils.formataddr(("Phoneward", channel.sender))
    letter["To"] = channel.to
    letter["Date"] = email.utils.format_datetime(message.when)
    letter["Message-ID"] = email.utils.make_msgid(domain=channel.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    letter.set_content("\n".join(map(readable, message.text(details=channel.details).splitlines())) + "\n")
    return letter


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
        return readable(f"{error.smtp_code} {said}")[:300]
    return readable(str(error) or type(error).__name__)[:300]
