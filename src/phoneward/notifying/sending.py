"""Tell a person by each way that they set, and say by which it did not work."""

from dataclasses import dataclass
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.notifying import desktop, mail, web
from phoneward.notifying.message import Message
from phoneward.notifying.settings_file import Channel, Desktop, Email, Ntfy, Webhook, load_channels, name_of


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    Attributes:
        channel: by which way.
        error: why not; None where it went.
    """

    channel: str
    error: PhonewardError | None = None


def notify(message: Message, state_dir: Path) -> list[Sent]:
    """Tell a person. One way that fails keeps no other from being tried. Without any set nothing leaves the computer.

    Raises:
        NotifySettingsError: what was set cannot be read.
    """
    return [_sent(channel, message) for channel in load_channels(state_dir)]


def _sent(channel: Channel, message: Message) -> Sent:
    try:
        send(channel, message)
    except PhonewardError as error:
        return Sent(name_of(channel), error)
    return Sent(name_of(channel))


def send(channel: Channel, message: Message) -> None:
    """Send a message by one way.

    Raises:
        NotifyError: it did not go.
        SettingFileError: the file with the password or token cannot be read.
    """
    match channel:
        case Desktop():
            desktop.show(message)
        case Email():
            mail.send(channel, message)
        case Ntfy() | Webhook():
            web.send(channel, message)
