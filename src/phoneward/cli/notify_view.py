"""The ways by which a person is told, in words."""

from typing import TYPE_CHECKING

from phoneward.texts import _

if TYPE_CHECKING:
    from phoneward.notifying import Channel


def sentence_of(channel: "Channel") -> str:
    """Return where a channel goes, and what it tells."""
    from phoneward import notifying

    match channel:
        case notifying.Desktop():
            return _("desktop: on this computer's screen; nothing leaves it.")
        case notifying.Email():
            where = _("email: to {to}, through {server}.").format(to=channel.to, server=channel.server)
        case notifying.Ntfy():
            where = _("ntfy: to {url}.").format(url=channel.url)
        case _:
            where = _("webhook: to {url}.").format(url=channel.url)
    if channel.details:
        return where + " " + _("It names the phone and what happened.")
    return where + " " + _("It says that something happened, and not what: no phone and no file is named.")


def document_of(channel: "Channel") -> dict[str, object]:
    """Return a channel for programs."""
    import msgspec

    from phoneward import notifying

    told = msgspec.to_builtins(channel)
    told.pop("type")
    return {"channel": notifying.name_of(channel), "details": channel.details, **told}
