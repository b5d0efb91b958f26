"""Where a vault lies: folders as they were always named, addresses as restic writes them, secrets never shown."""

from pathlib import Path

import pytest

from phoneward.settings import Overrides, load
from phoneward.vaultplace import (
    RemoteKind,
    RemotePlace,
    RemoteRepositoryError,
    UnknownServiceError,
    parse_place,
    shown_place,
)


@pytest.mark.parametrize(
    "place",
    ["sftp:user@host:/srv", "sftp://user@[::1]:2222//srv", "rest:http://host/", "s3:https://host/bucket", "s3:host/b"],
)
def test_a_place_elsewhere_is_shown_as_it_was_written(place: str) -> None:
    parsed = parse_place(place)
    assert isinstance(parsed, RemotePlace)
    assert parsed.kind is RemoteKind(place.partition(":")[0])
    assert shown_place(parsed) == place


@pytest.mark.parametrize("place", ["b2:x", "rclone:x:y", "azure:c:/", "gs:b:/", "swift:c:/"])
def test_services_that_are_not_built_are_named_as_such(place: str) -> None:
    with pytest.raises(UnknownServiceError, match=place):
        parse_place(place)


def test_a_password_in_an_address_is_not_shown() -> None:
    place = parse_place("rest:https://anna:s3cret@host:8000/phone/")
    assert isinstance(place, RemotePlace)
    assert (place.user, place.password) == ("anna", "s3cret")
    assert shown_place(place) == "rest:https://host:8000/phone/"
    assert "s3cret" not in repr(place)
    with pytest.raises(UnknownServiceError) as caught:
        parse_place("swift://anna:s3cret@host/")
    assert "s3cret" not in caught.value.sentence()


def test_local_places() -> None:
    assert parse_place("local:/srv/vault") == Path("/srv/vault")
    assert parse_place("C:\\vault") == Path("C:\\vault")
    assert parse_place("~/vault") == Path.home() / "vault"
    assert parse_place("https://host/x") == Path("https://host/x")


def test_what_needs_a_folder_says_so() -> None:
    settings = load(Overrides(repository="rest:http://anna:s3cret@host/"), {})
    with pytest.raises(RemoteRepositoryError, match="rest:http://host/") as caught:
        settings.repository_path()
    assert "s3cret" not in caught.value.sentence()


def test_who_may_enter_is_taken_from_restics_variables() -> None:
    settings = load(None, {"AWS_ACCESS_KEY_ID": "key", "RESTIC_REST_PASSWORD": "", "HOME": "/x"})
    assert settings.access == {"AWS_ACCESS_KEY_ID": "key"}
