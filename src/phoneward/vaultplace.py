"""Where a vault lies: a folder of this computer, or a place elsewhere, by the address that restic uses for it."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from phoneward.errors import UsageError, readable
from phoneward.texts import N_

ACCESS_VARIABLES: Final = (
    "RESTIC_REST_USERNAME",
    "RESTIC_REST_PASSWORD",
    "RESTIC_CACERT",
    "RESTIC_TLS_CLIENT_CERT",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
"""restic's variables for who may enter a remote place, and which certificates count there."""

SECOND: Final = "PHONEWARD_TO_"
"""In front of these names it says the same of the second vault, which `copy` copies into. restic has no word for it."""


class RemoteKind(enum.StrEnum):
    """By what a remote place is spoken to; the word before the colon of restic's addresses."""

    REST = "rest"
    """restic's REST protocol: https://restic.readthedocs.io/en/stable/REST_backend.html"""
    S3 = "s3"
    """Amazon's object storage and what is compatible with it."""
    SFTP = "sftp"


_KINDS: Final = {kind.value: kind for kind in RemoteKind}
ENTRY_VARIABLES: Final[Mapping[RemoteKind, tuple[str, str]]] = {
    RemoteKind.REST: ("RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"),
    RemoteKind.S3: ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
}
"""restic's variables for who may enter: a name and a secret. SFTP has keys of its own."""
_SFTP_PASSWORD: Final = re.compile(r"(//[^/@:]*:).*@", re.DOTALL)
"""What SFTP does not take, and people type all the same."""
_OTHERS: Final = frozenset({"b2", "azure", "gs", "swift", "rclone"})
"""restic's backends that are not built (its `internal/backend/all`)."""


class RemoteRepositoryError(UsageError):
    """The vault's place names a service that Phoneward does not speak to, or a feature needs a folder."""

    message = N_("{place} is no folder of this computer, and this needs one.")
    next_step = N_("Name a folder, such as one on an external disk.")


class UnknownServiceError(UsageError):
    """The address is of a service that restic knows and Phoneward does not."""

    message = N_("Phoneward cannot speak to {place}.")
    next_step = N_(
        "It opens vaults in folders and at addresses that begin with rest:, s3: or sftp:. Other services can be "
        "reached through rclone: rclone serve restic"
    )


class RemoteAddressError(UsageError):
    """An address of a known service cannot be understood."""

    message = N_("The address {place} cannot be understood: {problem}")
    next_step = N_(
        "Write it as in one of these: rest:https://host:8000/name/, s3:https://host/bucket/name, sftp:user@host:/name"
    )


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A vault that lies elsewhere.

    Attributes:
        kind: the service.
        address: restic's address without its first word and without the secrets that it held.
        user: that the address named, as it stood there (percent encoded in URLs); empty where it named none.
        password: likewise. Never shown.
    """

    kind: RemoteKind
    address: str
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return the address without secrets, as restic would understand it."""
        return f"{self.kind.value}:{self.address}"


VaultPlace: TypeAlias = Path | RemotePlace


def parse_place(text: str) -> VaultPlace:
    """Return the place that an address means; `local:` in front is understood, as in restic.

    Raises:
        UnknownServiceError: it names one of restic's services that are not built.
    """
    scheme, colon, rest = text.partition(":")
    if not colon:
        return Path(text).expanduser()
    if scheme == "local":
        return Path(rest).expanduser()
    if scheme in _KINDS:
        return _remote(_KINDS[scheme], rest)
    # A single letter before the colon is a Windows drive.
    if scheme in _OTHERS:
        raise UnknownServiceError(place=readable(_without_secrets(text)))
    return Path(text).expanduser()


def shown_place(place: VaultPlace) -> str:
    """Return a place, readable and without secrets."""
    return readable(str(place))


def shown_text(text: str) -> str:
    """Return what a person typed for an address, readable and without the secrets that may stand in it."""
    try:
        place = parse_place(text)
    except UnknownServiceError:
        return readable(_without_secrets(text))
    shown = str(place) if isinstance(place, RemotePlace) else _without_secrets(text)
    return readable(_SFTP_PASSWORD.sub(r"\1…@", shown))


def folder_of(place: VaultPlace) -> Path:
    """Return a place that must be a folder.

    Raises:
        RemoteRepositoryError: it is elsewhere.
    """
    if isinstance(place, RemotePlace):
        raise RemoteRepositoryError(place=shown_place(place))
    return place


def access_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say who may enter a remote place."""
    return {name: environ[name] for name in ACCESS_VARIABLES if environ.get(name)}


def second_access_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say who may enter the place of a second vault, by restic's names.

    Where any has been set for the second, nothing of the first vault's is told to the second's server.
    """
    own = {name: environ[f"{SECOND}{name}"] for name in ACCESS_VARIABLES if environ.get(f"{SECOND}{name}")}
    return own or access_of(environ)


def _remote(kind: RemoteKind, rest: str) -> RemotePlace:
    head, slashes, tail = rest.partition("//")
    if not slashes or "@" in head:  # no web address, and perhaps a password in it all the same
        head, slashes, tail = "", "", rest
    authority, slash, path = tail.partition("/")
    if "@" not in authority or kind is RemoteKind.SFTP:  # sftp has no passwords in its addresses
        return RemotePlace(kind, rest)
    secrets, _at, host = authority.rpartition("@")
    user, _colon, password = secrets.partition(":")
    inner = _remote(kind, f"{head}{slashes}{host}{slash}{path}")  # nonsense may hold another one
    return RemotePlace(kind, inner.address, user or inner.user, password or inner.password)


def _without_secrets(text: str) -> str:
    """Addresses may hold user:password before an @."""
    head, slashes, rest = text.partition("//")
    if not slashes or "@" not in rest:
        return text
    return f"{head}//…@{rest.rpartition('@')[2]}"
