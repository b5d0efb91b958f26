"""Addresses that people type for a place elsewhere: understood or refused in words, never shown with a password."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.setup import FAR_KINDS, check_far_place, entry_for, shown_far, takes_entry, typed_far_place
from phoneward.setup.memory import Memory, Remembered
from phoneward.vault import LocalStorage
from phoneward.vaultplace import RemoteKind, RemotePlace

PIECES = st.lists(
    st.sampled_from(
        ["rest:", "s3:", "sftp:", "http", "https", "://", "//", "/", ":", "@", "a", "host", "::1", "[", "]"]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("one", FAR_KINDS, ids=lambda one: one.kind.value)
def test_the_examples_are_addresses_of_their_kind(one: object) -> None:
    kind = next(kind for kind in FAR_KINDS if kind is one)
    for example in kind.examples:
        place = typed_far_place(example)
        assert (place.kind, str(place)) == (kind.kind, example)
        assert typed_far_place(example.partition(":")[2], kind.kind) == place


@given(st.one_of(st.text(max_size=60), PIECES), st.sampled_from([None, *RemoteKind]))
def test_whatever_is_typed_is_an_address_or_refused(text: str, kind: RemoteKind | None) -> None:
    try:
        place = typed_far_place(text, kind)
    except PhonewardError:
        return
    assert typed_far_place(str(place)) == RemotePlace(place.kind, place.address)


FORMS = ("rest:https://a:{}@", "s3:k:{}@", "rest:a:{}@", "sftp://a:{}@", "b2://a:{}@", "https://a:{}@", "a:{}@")


@given(PIECES, st.sampled_from(FORMS))
def test_a_password_is_never_shown(rest: str, form: str) -> None:
    typed = form.format("s3cret") + rest
    assert "s3cret" not in shown_far(typed, RemoteKind.REST)


@pytest.mark.parametrize(
    ("address", "warns"),
    [
        ("rest:http://127.0.0.1:8000/", "this very computer"),
        ("rest:http://localhost/x/", "this very computer"),
        ("rest:http://[::1]:8000/x/", "this very computer"),
        ("rest:http+unix:///run/x:/y/", "this very computer"),
        ("sftp:anna@localhost:/srv", "this very computer"),
        ("s3:http://127.0.0.1:9000/bucket", "this very computer"),
        ("rest:http://nas.example/x/", "read the user name and the password"),
        ("s3:http://nas.example/bucket", "could change it"),
        ("rest:https://nas.example/x/", ""),
        ("s3:nas.example/bucket", ""),
        ("sftp:nas:/srv", ""),
    ],
)
def test_what_is_to_be_known_of_a_place(address: str, warns: str, tmp_path: Path) -> None:
    report = check_far_place(typed_far_place(address), LocalStorage(tmp_path / "none"))
    assert not report.holds_vault
    assert len(report.warnings) == bool(warns)
    assert warns in "".join(map(str, report.warnings))


def test_who_enters_is_said_by_restics_variables() -> None:
    assert entry_for(RemoteKind.REST, "anna", "x") == {"RESTIC_REST_USERNAME": "anna", "RESTIC_REST_PASSWORD": "x"}
    assert entry_for(RemoteKind.S3, "", "") == {}
    assert entry_for(RemoteKind.SFTP, "anna", "x") == {}
    assert takes_entry(RemoteKind.S3, {"AWS_ACCESS_KEY_ID": "x"})
    assert not takes_entry(RemoteKind.REST, {"AWS_ACCESS_KEY_ID": "x"})


def test_an_address_is_remembered_and_one_with_a_password_is_not_believed(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    place = typed_far_place("rest:https://anna:s3cret@nas.example/phones/")
    memory.keep(Remembered(str(place), kit="/k.html"))
    assert memory.last_place() == RemotePlace(RemoteKind.REST, "https://nas.example/phones/")
    assert memory.of(place).kit == "/k.html"
    assert "s3cret" not in (tmp_path / "setup.json").read_text()
    for wrong in ("rest:https://anna:s3cret@nas.example/", "b2:bucket", "relative"):
        memory.keep(Remembered(wrong))
        assert str(memory.last_place()) == str(place)
