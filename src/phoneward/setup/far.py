"""A place elsewhere for the vault: the kinds, what a person types, whether it answers, and what to know of it."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from phoneward.errors import readable
from phoneward.setup.errors import PlaceNameError, PlaceTooLongError, PlaceUnnamedError
from phoneward.setup.places import MAX_PATH, PlaceReport
from phoneward.texts import Words, words
from phoneward.vault import FileType, Storage, for_looking, repository_exists
from phoneward.vaultplace import ENTRY_VARIABLES, RemoteKind, RemotePlace, parse_place, shown_text


@dataclass(frozen=True, slots=True)
class FarKind:
    """One kind of place elsewhere, as a person chooses among them.

    Attributes:
        title: what it is called.
        sentences: what it is, and what must be done first.
        examples: addresses.
        entry: what the user and the password are called there; empty where there are none.
    """

    kind: RemoteKind
    title: Words
    sentences: tuple[Words, ...]
    examples: tuple[str, ...]
    entry: tuple[Words, ...] = ()


FAR_KINDS: Final = (
    FarKind(
        RemoteKind.REST,
        words("A server of your own, or a friend's"),
        (
            words("A computer that is always on, with the program rest-server or rclone on it."),
            words("Whoever keeps it tells you the address, and a user name and a password if it has some."),
        ),
        ("rest:https://nas.example:8000/phones/",),
        (words("User name at the server"), words("Password at the server")),
    ),
    FarKind(
        RemoteKind.S3,
        words("Storage that you rent (S3)"),
        (
            words("Amazon S3, Backblaze B2, Cloudflare R2, Wasabi, Hetzner and many others."),
            words("Make a bucket and a key there first. The address: the provider's, then the bucket, then a folder."),
        ),
        (
            "s3:s3.eu-central-1.amazonaws.com/my-bucket/phones",
            "s3:https://s3.eu-central-003.backblazeb2.com/my-bucket/phones",
        ),
        (words("Access key"), words("Secret key")),
    ),
    FarKind(
        RemoteKind.SFTP,
        words("A computer that you enter with SSH (SFTP)"),
        (
            words(
                "Nothing is installed there. Your SSH key must work without asking anything; passwords are not used."
            ),
            words("Enter once by hand first, with the program ssh, and compare the fingerprint that it shows."),
        ),
        ("sftp:anna@nas.example:/srv/vaults/phone",),
    ),
)
"""In the order in which they are offered."""


def far_kind(kind: RemoteKind) -> FarKind:
    """Return what is said of a kind."""
    return next(one for one in FAR_KINDS if one.kind is kind)


def typed_far_place(typed: str, kind: RemoteKind | None = None) -> RemotePlace:
    """Return the place that a person typed; the word before the colon may be missing where the kind is known.

    Raises:
        PlaceUnnamedError: nothing was typed, or no address.
        PlaceNameError, PlaceTooLongError: it cannot be typed again.
        UnknownServiceError: nothing here speaks to that service.
    """
    text = typed.strip()
    if len(text) > MAX_PATH:
        raise PlaceTooLongError
    if readable(text) != text:
        raise PlaceNameError(path=shown_far(text, kind or RemoteKind.REST)[:MAX_PATH])
    place = parse_place(text) if text else None
    if text and kind is not None and not isinstance(place, RemotePlace):
        place = parse_place(f"{kind.value}:{text}")
    if not isinstance(place, RemotePlace):
        raise PlaceUnnamedError(example=(FAR_KINDS[0] if kind is None else far_kind(kind)).examples[0])
    return place


def shown_far(typed: str, kind: RemoteKind) -> str:
    """Return what was typed for an address of a kind, readable and without the secrets that may stand in it."""
    text = typed.strip()
    if any(text.startswith(f"{one.value}:") for one in RemoteKind):
        return shown_text(text)
    return shown_text(f"{kind.value}:{text}").removeprefix(f"{kind.value}:")


def entry_for(kind: RemoteKind, user: str, password: str) -> dict[str, str]:
    """Return what lets somebody in who typed a user and a password, by restic's variables; empty where neither is."""
    names = ENTRY_VARIABLES.get(kind, ())
    return {name: value for name, value in zip(names, (user, password), strict=False) if value}


def takes_entry(kind: RemoteKind, access: Mapping[str, str]) -> bool:
    """Tell whether the settings say who may enter a place of this kind."""
    return any(access.get(name) for name in ENTRY_VARIABLES.get(kind, ()))


def check_far_place(place: RemotePlace, storage: Storage) -> PlaceReport:
    """Say whether a vault is, or can be made, at a place elsewhere, and what to know about it. Nothing is stored there.

    Args:
        place: what the person chose.
        storage: at that place.

    Raises:
        StorageError: it does not answer, does not let this person in or look, or is no vault's server.
    """
    looking = for_looking(storage)
    holds_vault = repository_exists(looking)
    if not holds_vault:  # whoever may not list can make no vault
        for _file in looking.list(FileType.KEY):
            break
    return PlaceReport(place, holds_vault, tuple(_warnings(place)))


def _warnings(place: RemotePlace) -> list[Words]:
    if _is_here(place):
        return [words("This server is on this very computer. If the computer is lost, the vault is lost with it.")]
    if _scheme(place) != "http":
        return []
    if place.kind is RemoteKind.S3:
        said = words(
            "The way to this storage is not encrypted (http). What is in the vault is; but anybody on the way sees "
            "what is asked, and could change it."
        )
    else:
        said = words(
            "The way to this server is not encrypted (http). What is in the vault is; but anybody on the way can read "
            "the user name and the password of the server."
        )
    return [said]


def _scheme(place: RemotePlace) -> str:
    return place.address.partition("://")[0] if "://" in place.address else ""


def _is_here(place: RemotePlace) -> bool:
    host = _host(place)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost") or _scheme(place) == "http+unix"


def _host(place: RemotePlace) -> str:
    """Return the server's name, small letters; empty where the address is none, which is said by whoever opens it."""
    text = place.address
    if "//" not in text:
        account = text.partition(":")[0] if place.kind is RemoteKind.SFTP else text
        text = f"//{account}"
    try:
        return urlsplit(text).hostname or ""
    except ValueError:
        return ""
