"""A message by HTTPS: to an ntfy server, or to an address of the person's own."""

import http.client
import ssl
import urllib.error
import urllib.request
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from phoneward.errors import readable
from phoneward.notifying.errors import ChannelRefusedError
from phoneward.notifying.message import Kind, Message
from phoneward.notifying.settings_file import Ntfy, Webhook, name_of, secret_of

_SECONDS: Final = 20.0
_LONGEST_ANSWER: Final = 64 << 10
_PRIORITY: Final = {Kind.ALARM: 5, Kind.FAILED: 4, Kind.MISSED: 4, Kind.TEST: 3}
"""ntfy's: 5 rings through a silenced phone."""


def send(channel: Ntfy | Webhook, message: Message) -> None:
    """Send a message.

    Raises:
        ChannelRefusedError: the server cannot be reached, is not who it should be, or does not take it.
        SettingFileError: the file with the token cannot be read.
    """
    if isinstance(channel, Ntfy):
        url, document = _for_ntfy(channel, message)
    else:
        url, document = channel.url, _for_webhook(channel, message)
    headers = {"Content-Type": "application/json", "User-Agent": "Phoneward"}
    if token := secret_of(channel.secret_file):
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, msgspec.json.encode(document), headers, method="POST")  # noqa: S310 - checked
    try:
        with _opener().open(request, timeout=_SECONDS) as answer:
            answer.read(_LONGEST_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            raise ChannelRefusedError(
                channel=name_of(channel), detail=f"HTTP {error.code} {readable(error.reason)[:100]}"
            ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChannelRefusedError(channel=name_of(channel), detail=readable(str(error))[:300]) from error


def _for_ntfy(channel: Ntfy, message: Message) -> tuple[str, dict[str, object]]:
    """Return ntfy's "publish as JSON": headers could not hold Chinese (https://docs.ntfy.sh/publish/#publish-as-json)."""
    parts = urlsplit(channel.url)
    document: dict[str, object] = {
        "topic": parts.path.removeprefix("/"),
        "title": readable(message.title),
        "message": message.text(details=channel.details),
        "priority": _PRIORITY[message.kind],
        "tags": ["warning"] if message.kind is Kind.ALARM else [],
    }
    return urlunsplit((parts.scheme, parts.netloc, "/", "", "")), document


def _for_webhook(channel: Webhook, message: Message) -> dict[str, object]:
    document: dict[str, object] = {
        "kind": message.kind.value,
        "when": message.when.isoformat(timespec="seconds"),
        "title": message.title,
        "text": message.text(details=channel.details),
    }
    if channel.details:
        document |= {"phone": message.phone, "job": message.job}
    return document


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A server that sends us elsewhere with the person's message and token is refused."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context()))
