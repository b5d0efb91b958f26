"""Progress: bars for a person, JSON lines for a program that asked, notices for everyone else."""

import json
import re

import pytest

from phoneward.cli import progress_view
from phoneward.cli.output import Output
from phoneward.cli.progress_view import listening
from phoneward.progress import PHASE_WORDS, Advanced, Event, Notice, Phase, PhaseDone, PhaseStarted

EVENTS: list[Event] = [
    PhaseStarted("send", total_files=3, total_bytes=3_000_000),
    Advanced("send", 1, 1_000_000, b"/sdcard/\x1b[2J\xff.jpg"),
    Notice(b"/sdcard/se\ncret", "The phone does not let this computer read it."),
    Advanced("send", 2, 2_000_000),
    PhaseDone("send", 3, 3_000_000),
]


def play(output: Output) -> None:
    with listening(output) as listener:
        for event in EVENTS:
            listener(event)


def test_every_phase_has_a_sentence() -> None:
    from typing import get_args

    assert set(PHASE_WORDS) == set(get_args(Phase.__value__ if hasattr(Phase, "__value__") else Phase))


def test_without_a_terminal_only_notices(capsys: pytest.CaptureFixture[str]) -> None:
    play(Output())
    assert capsys.readouterr() == ("", "")  # the report at the end lists names; what is no name is said at once
    with listening(Output()) as listener:
        listener(Notice(None, "The clock was set back."))
    assert capsys.readouterr() == ("", "The clock was set back.\n")
    play(Output(verbose=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [r"/sdcard/se\x0acret: The phone does not let this computer read it."]


@pytest.mark.parametrize("output", [Output(quiet=True), Output(json=True)])
def test_nothing_where_nothing_was_asked_for(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    play(output)
    assert capsys.readouterr() == ("", "")


def test_status_lines_when_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_view, "STATUS_INTERVAL_S", 1e9)
    play(Output(json=True, verbose=True))
    out, err = capsys.readouterr()
    assert err == ""
    documents = [json.loads(line) for line in out.splitlines()]
    assert [(d["message_type"], d.get("state")) for d in documents] == [
        ("status", "started"),
        ("status", "running"),
        ("notice", None),
        ("status", "done"),  # the second running one came too soon
    ]
    assert documents[1]["current"] == r"/sdcard/\x1b[2J\xff.jpg"
    assert (documents[1]["bytes_done"], documents[1]["total_bytes"]) == (1_000_000, 3_000_000)
    assert documents[2]["path"] == r"/sdcard/se\x0acret"


def test_bars_at_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    play(Output(verbose=True))
    out, err = capsys.readouterr()
    assert out == ""
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", err)
    assert "Reading from the phone" in shown
    assert r"/sdcard/se\x0acret: The phone does not let" in shown
    assert "3 files · 3.0 MB" in shown
    assert "\x1b[2J" not in err


def test_what_is_counted_is_named() -> None:
    said = [progress_view.amount(Advanced(phase, 1_234, 0)) for phase in ("read-messages", "read-history", "send")]
    assert said == ["1,234 messages", "1,234 snapshots", "1,234 files"]
