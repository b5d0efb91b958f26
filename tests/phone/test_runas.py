"""The stand-in of run-as says what AOSP's run-as.cpp says, word for word, and lets nobody in who may not."""

import os

import pytest

from tests.phone import state
from tests.phone.state import App
from tests.phone.testphone import TestPhone

DEV = App("org.example.dev", 10140, debuggable=True)


@pytest.fixture
def dev(phone: TestPhone) -> TestPhone:
    phone.answer_with(state.SMALL.but(apps=(*state.SMALL.apps, DEV)))
    return phone


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("run-as", "run-as: usage: run-as <package-name> [--user <uid>] <command> [<args>]\n\n"),
        ("run-as org.example.none id", "run-as: unknown package: org.example.none\n"),
        ("run-as com.whatsapp id", "run-as: package not debuggable: com.whatsapp\n"),
        ("run-as com.android.settings id", "run-as: package not an application: com.android.settings\n"),
        ("run-as org.example.dev --user -1 id", "run-as: negative user id: -1\n"),
        ("run-as org.example.dev nosuch", "run-as: exec failed for nosuch: No such file or directory\n"),
    ],
)
def test_its_refusals(dev: TestPhone, command: str, words: str) -> None:
    done = dev.adb("shell", "-T", command)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", words)


def test_it_becomes_the_app_and_nobody_else(dev: TestPhone) -> None:
    place = dev.root / "data/user/0/org.example.dev/secret"
    place.write_bytes(b"secret")
    os.chown(place, DEV.app_id, DEV.app_id)
    place.chmod(0o600)
    assert dev.shell("run-as org.example.dev sh -c 'cat secret; pwd; stat -c %u .'") == (
        b"secret/data/user/0/org.example.dev\n10140\n"
    )
    assert dev.adb("shell", "-T", "cat /data/user/0/org.example.dev/secret").returncode == 1
    assert dev.shell("run-as org.example.dev sh -c 'exit 7' || echo $?") == b"7\n"
