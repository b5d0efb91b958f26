"""What a phone is asked before its listing, ahead of time."""

import threading
from pathlib import Path

import pytest

from phoneward.phones import AppInventory, PhoneGoneError
from phoneward.phones.folder import FolderPhone
from phoneward.snapshots.taking import AskedAhead, Facts


class SlowPhone(FolderPhone):
    """Tells its apps when it is let; where it cannot do several things at once it is asked in the caller's thread."""

    def __init__(self, path: Path, *, gone: bool = False) -> None:
        super().__init__(path)
        self.let = threading.Event()
        self.asked = threading.Event()
        self.by: list[str] = []
        self.gone = gone

    def apps(self) -> AppInventory:
        self.by.append(threading.current_thread().name)
        self.asked.set()
        assert self.let.wait(10)
        if self.gone:
            raise PhoneGoneError(detail="pulled out")
        return super().apps()


class OneThingPhone(SlowPhone):
    bulk = None


def test_asked_while_something_else_is_done(tmp_path: Path) -> None:
    with SlowPhone(tmp_path) as phone:
        ahead = AskedAhead(phone)
        assert phone.asked.wait(10)
        phone.let.set()
        facts = ahead.facts()
        assert abs(facts.now_ns - phone.now_ns()) < 60 * 10**9
        assert facts == Facts(facts.now_ns, facts.ahead_ns, AppInventory())
        assert phone.by == ["phoneward-facts"]


def test_a_phone_that_is_gone_says_so_when_the_facts_are_wanted(tmp_path: Path) -> None:
    with SlowPhone(tmp_path, gone=True) as phone:
        ahead = AskedAhead(phone)
        phone.let.set()
        with pytest.raises(PhoneGoneError):
            ahead.facts()


def test_one_thing_after_the_other(tmp_path: Path) -> None:
    with OneThingPhone(tmp_path) as phone:
        phone.let.set()
        ahead = AskedAhead(phone)
        assert phone.by == []
        ahead.facts()
        assert phone.by == [threading.current_thread().name]
