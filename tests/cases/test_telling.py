"""What a person tells of their case, piece by piece."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from phoneward.cases.facts import CaseFacts, Role
from phoneward.cases.telling import with_event
from phoneward.incidents import Incident


@pytest.fixture
def in_chatham(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer whose clock is 12:45 hours ahead in winter, as no other is by chance."""
    monkeypatch.setenv("TZ", "<+1245>-12:45")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_an_event_told_twice_is_told_once() -> None:
    once = with_event(CaseFacts(title="a", incident=Incident.WIPED_BY_UPDATE), "2026-03-17", "A prompt came.")
    assert with_event(once, "2026-03-17", " A  prompt came. ") == once
    assert len(with_event(once, "2026-03-17", "A prompt came.", who=Role.CLAIMANT).events) == 2


@pytest.mark.usefixtures("in_chatham")
def test_a_moment_without_a_zone_is_of_this_computers_clock() -> None:
    """A case says when something was with its offset: whoever reads it elsewhere must not guess."""
    facts = CaseFacts(title="a", incident=Incident.WIPED_BY_UPDATE)
    (event,) = with_event(facts, "2026-03-17T08:30", "A prompt came.").events
    assert isinstance(event.at, dt.datetime)
    assert event.at.utcoffset() == dt.timedelta(hours=12, minutes=45)
    (event,) = with_event(facts, "2026-03-17T08:30+08:00", "A prompt came.").events
    assert isinstance(event.at, dt.datetime)
    assert event.at.utcoffset() == dt.timedelta(hours=8)
