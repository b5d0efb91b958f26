"""Real clients upload pictures through a real mitmproxy in forty ways: every one is found, and no twin of one is."""

import functools
from pathlib import Path

import pytest

from phoneward import watch
from phoneward.media import Kind
from tests.watch.captures.forms import FORMS
from tests.watch.captures.recording import CHANGED, OWN, TWIN, recording, sent_in


@functools.cache
def result(kind: str) -> watch.CaptureResult:
    """Return what is seen in the recording, as a flow file or as HAR."""
    made = recording()
    path: Path = getattr(made, kind)
    return watch.look_into_capture(path, watch.pictures_in_folder(str(made.images)))


def found(kind: str, whose: str, form: str) -> list[watch.Upload]:
    """Return the uploads to a form's address."""
    return [one for one in result(kind).uploads if f"/{whose}/{form}/" in one.url]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["flows", "har"])
def test_a_picture_that_was_sent_is_named(kind: str, form: str) -> None:
    """The person reads which picture it was, that it went whole, to whom and when."""
    (upload,) = found(kind, OWN, form)
    own, _twin = sent_in(form)
    assert Path(upload.image).name == f"{own.name}.png"
    assert upload.verdict.kind is Kind.IDENTICAL
    assert upload.size == len(own.data)
    assert upload.host == "localhost"
    assert upload.time is not None
    assert upload.form


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["flows", "har"])
def test_a_picture_of_the_same_screen_that_is_not_the_persons_is_none_of_theirs(kind: str, form: str) -> None:
    """Nobody is told that their bank statement was sent when it was another with one other digit."""
    assert found(kind, TWIN, form) == []


@pytest.mark.parametrize("change", CHANGED)
def test_a_picture_that_was_changed_on_the_way_is_found_and_its_twin_is_not(change: str) -> None:
    """Written anew, smaller, cut, with a watermark; where the size tells too little, it is said to be so."""
    perhaps = [one for one in result("flows").perhaps if f"/{OWN}/{change}/" in one.url]
    (upload,) = found("flows", OWN, change) or perhaps
    own, _twin = sent_in(change)
    assert Path(upload.image).name == f"{own.name}.png"
    assert upload.verdict.kind in {CHANGED[change], Kind.SAME_SCREEN}
    assert found("flows", TWIN, change) == []


def test_a_raw_connection_is_looked_at() -> None:
    """A flow file alone holds it: HAR knows HTTP only."""
    (upload,) = [one for one in result("flows").uploads if not one.url]
    assert upload.form == ("at byte 9",)
    assert upload.host == "127.0.0.1"
