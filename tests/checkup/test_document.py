"""The report as plain data: stable names, both codes and sentences, JSON whatever a phone says."""

import json

from hypothesis import given

from phoneward import texts
from phoneward.checkup import command_line, finding_document, summary_document, worst_first
from phoneward.checkup.errors import RoomFailedError
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.coverage import Levels, State
from tests.checkup.reports import report
from tests.snapshots.covering import ID, app, coverage, facts, random_facts


def test_the_shape_of_a_finding_is_fixed() -> None:
    """Programs rely on these names: they may be joined by others and never change."""
    wechat = app("com.tencent.mm", State.PART, 11_200_000_000, next_step="own-backup-wechat")
    (finding,) = report(facts(coverage=coverage(apps=[wechat]))).findings
    document = finding_document(finding)
    assert document.pop("detail")
    assert document == {
        "code": "snapshots.app-out-of-reach",
        "key": "snapshots.app-out-of-reach:com.tencent.mm",
        "room": "snapshots",
        "subject": "com.tencent.mm",
        "severity": "warning",
        "severity_words": "needs you",
        "tier": "inferred",
        "tier_words": "concluded, not seen",
        "is_done": False,
        "note": None,
        "title": "Only a part of this is in the snapshot: the chats in WeChat.",
        "loss": "You would lose at least 11.2 GB of it.",
        "loss_bytes": 11_200_000_000,
        "evidence": [
            {
                "what": "WeChat keeps data that only the app itself may read",
                "method": "the phone's own figure for the app (caches included), less what the snapshot holds",
                "source": "/coverage.json",
                "snapshot": ID,
                "seen": "2026-11-27T12:00:00+00:00",
            }
        ],
        "actions": [
            {
                "room": "snapshots",
                "verb": "app-guide",
                "label": "See step by step how to make one",
                "arguments": {"app": "wechat"},
                "command": ["phoneward", "app-backups", "guide", "wechat"],
                "command_line": "phoneward app-backups guide wechat",
            },
            {
                "room": "snapshots",
                "verb": "backup",
                "label": "Then take a new snapshot",
                "arguments": {"device": "0123456789abcdef"},
                "command": ["phoneward", "backup"],
                "command_line": "phoneward backup",
            },
            {
                "room": "snapshots",
                "verb": "coverage",
                "label": "See what is kept and what is not",
                "arguments": {"snapshot": ID},
                "command": ["phoneward", "coverage", "abababab"],
                "command_line": "phoneward coverage abababab",
            },
        ],
    }


def test_the_shape_of_the_summary_is_fixed() -> None:
    document = summary_document(report(facts(coverage=coverage(levels=Levels(2, 2, 0, 0, None)))))
    rooms = document.pop("rooms")
    assert document == {
        "made": "2026-11-28T12:00:00+00:00",
        "repository": "/home/me/vault",
        "snapshot": {
            "id": ID,
            "short_id": "abababab",
            "time": "2026-11-27T12:00:00+00:00",
            "device": "0123456789abcdef",
            "label": "Phone",
            "partial": False,
        },
        "phone": "Phone",
        "complete": True,
        "severity": "advice",
        "severity_words": "good to know",
        "findings": {"fine": 0, "advice": 1, "warning": 0, "danger": 0},
        "num_done": 0,
        "not_built": ["updates", "numbers", "watch", "rescue", "cases"],
    }
    assert isinstance(rooms, list)
    assert [room["room"] for room in rooms] == ["snapshots", "updates", "numbers", "watch", "rescue", "cases"]
    assert rooms[0]["severity"] == "advice"
    assert rooms[0]["answer"].startswith("You would keep")
    assert rooms[1] == {
        "room": "updates",
        "title": "Updates",
        "question": "Is this update safe for my data?",
        "is_built": False,
        "severity": None,
        "answer": None,
        "num_findings": 0,
        "not_checked": [],
        "failure": None,
    }


def test_a_failure_stands_in_its_place() -> None:
    document = summary_document(report(failure=RoomFailedError(kind="KeyError: 'x\x1b[31m'")))
    assert document["complete"] is False
    rooms = document["rooms"]
    assert isinstance(rooms, list)
    assert rooms[0]["failure"]["code"] == "room-failed"
    assert "\x1b" not in rooms[0]["failure"]["message"]
    assert rooms[0]["failure"]["next_step"]


def test_codes_are_the_same_in_every_language() -> None:
    made = report(facts(coverage=coverage(apps=[app("com.tencent.mm")])))
    stable = ("code", "key", "severity", "tier", "loss_bytes", "subject")
    told = []
    for language in ("en", "zh_CN"):
        with texts.speaking([language]):
            told.append([{name: finding_document(f)[name] for name in stable} for f in worst_first(made)])
    assert told[0] == told[1]
    assert told[0]


def test_a_command_can_be_typed_as_it_is_shown() -> None:
    assert (
        command_line(["phoneward", "restore", "a b", "--target", "$(x)"]) == "phoneward restore 'a b' --target '$(x)'"
    )


@given(random_facts)
def test_whatever_a_phone_says_becomes_json(known: Facts) -> None:
    made = report(known)
    for document in [summary_document(made), *(finding_document(finding) for finding in made.findings)]:
        again = json.loads(json.dumps(document))
        assert again == document
        assert all(text.isprintable() for text in strings(again))


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []
