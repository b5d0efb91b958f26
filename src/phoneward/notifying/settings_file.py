"""By what a person wants to be told, written down in the state folder for its owner's eyes only.

A password or a token never stands here: only the file that holds it.
"""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from phoneward.errors import readable
from phoneward.notifying.errors import ChannelSettingError, NotifySettingsError
from phoneward.settings import read_small_file
from phoneward.texts import N_, _

NAME: Final = "notify.json"
MAX_FILE: Final = 1 << 20

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[^\s@<>,;:\"\\]{1,255}")

Security = Literal["tls", "starttls", "none"]
ChannelName = Literal["desktop", "email", "ntfy", "webhook"]


class Desktop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="desktop"):
    """A message on this computer's screen. It leaves nothing, so it tells all."""

    @property
    def details(self) -> bool:
        """Always: nothing leaves the computer."""
        return True


class Email(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="email"):
    """An e-mail through a mail server.

    Attributes:
        server: its host name.
        port: its port.
        security: `tls` from the first byte (RFC 8314), `starttls`, or `none`, for a server on this computer only.
        sender, to: addresses.
        user: with whom to log in; empty without.
        secret_file: a file that holds the password; empty without.
        details: whether it names the phone and what happened.
    """

    server: str
    port: int
    security: Security
    sender: str
    to: str
    user: str = ""
    secret_file: str = ""
    details: bool = False


class Ntfy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ntfy"):
    """A message to a phone through an ntfy server (https://docs.ntfy.sh/publish/).

    Attributes:
        url: `https://server/topic`.
        secret_file: a file that holds an access token; empty without.
    """

    url: str
    secret_file: str = ""
    details: bool = False


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="webhook"):
    """A POST of JSON to an address of the person's own.

    Attributes:
        secret_file: a file that holds a token, sent as `Authorization: Bearer`; empty without.
    """

    url: str
    secret_file: str = ""
    details: bool = False


Channel = Desktop | Email | Ntfy | Webhook


def name_of(channel: Channel) -> str:
    """Return a channel's stable name."""
    return str(channel.__struct_config__.tag)


def secret_of(path: str) -> str:
    """Return the password or token that a file holds; empty where none is named.

    Raises:
        SettingFileError: it cannot be read.
    """
    return read_small_file(path, "--secret-file") if path else ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channels: list[Channel] = []


def load_channels(state_dir: Path) -> list[Channel]:
    """Return the channels that are set; none where nothing was.

    Raises:
        NotifySettingsError: the file is damaged.
    """
    path = state_dir / NAME
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise NotifySettingsError(path=readable(str(path)), detail=_("it is longer than 1 MiB"))
        return list(msgspec.json.decode(data, type=_File).channels)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NotifySettingsError(path=readable(str(path)), detail=readable(error.strerror or str(error))) from error
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotifySettingsError(path=readable(str(path)), detail=readable(str(error)[:200])) from error


def save_channels(state_dir: Path, channels: list[Channel]) -> None:
    """Write the channels down, whole or not at all.

    Raises:
        OSError: it could not be written.
    """
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = state_dir / f".{NAME}-{secrets.token_hex(6)}"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(_File(channels)), indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(state_dir / NAME)
    finally:
        temporary.unlink(missing_ok=True)


def checked(channel: Channel) -> Channel:
    """Return a channel that can be set.

    Raises:
        ChannelSettingError: it cannot.
    """
    match channel:
        case Email():
            for address in (channel.sender, channel.to):
                if not _ADDRESS.fullmatch(address):
                    raise _refused(N_("{what} is no e-mail address."), address)
            if not channel.server or not 0 < channel.port < 65536:
                raise _refused(N_("{what} is no mail server."), f"{channel.server}:{channel.port}")
            if channel.security == "none" and not _is_here(channel.server):
                raise _refused(
                    N_("without encryption only a mail server on this computer is used, and {what} is none."),
                    channel.server,
                )
        case Ntfy() | Webhook():
            parts = urlsplit(channel.url)
            if parts.scheme not in {"https", "http"} or not parts.hostname:
                raise _refused(N_("{what} is no web address."), channel.url)
            if parts.username or parts.password:
                raise _refused(N_("{what} holds a password: put it into a file and name that."), parts.hostname)
            if parts.scheme == "http" and not _is_here(parts.hostname):
                raise _refused(N_("{what} is not encrypted: use an address that begins with https."), channel.url)
            if isinstance(channel, Ntfy) and not re.fullmatch(r"/[-_A-Za-z0-9]{1,64}", parts.path):
                raise _refused(N_("{what} names no topic, as in https://ntfy.sh/my-topic."), channel.url)
        case Desktop():
            pass
    return channel


def _refused(problem: str, what: str) -> ChannelSettingError:
    return ChannelSettingError(problem=_(problem).format(what=readable(what)[:200]))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
