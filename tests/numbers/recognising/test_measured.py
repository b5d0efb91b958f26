"""Recognition measured on messages that others collected and labelled, and printed.

The messages are no part of the project. Rules are written by hand, so nothing is trained on a source; what "leave one
source out" can still show is whether the rules do as well on each source by itself as on all others together. A rule
set that had been fitted to some messages would do well on their source and worse elsewhere.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from phoneward.numbers import Message, Recogniser, Recognition
from phoneward.numbers.rulebook import rulebook
from tests.numbers.recognising.scoring import is_named, upper_bound

BAD = {"spam", "phishing", "personal"}
ACCOUNTS = {"account", "customer"}


class Labelled(NamedTuple):
    """One labelled message and what was recognised in it."""

    label: dict[str, str]
    found: Recognition


class Score(NamedTuple):
    """How well some messages were recognised."""

    messages: int
    precision: float
    recall: float
    named: float
    relation: float
    invented: int
    bad: int

    def line(self, name: str) -> str:
        """Return it as a line of the table."""
        return (
            f"{name[:46]:46} {self.messages:5} {self.precision:9.3f} {self.recall:6.3f} {self.named:6.3f} "
            f"{self.relation:8.3f} {self.invented:4}/{self.bad}"
        )


def score(messages: Iterable[Labelled]) -> Score:
    """Return precision and recall of codes, how many services are named right, and accounts made of nothing."""
    messages = list(messages)
    codes = [one for one in messages if one.label["is_otp"] == "1"]
    said = [one for one in messages if one.found.is_otp]
    right = [one for one in said if one.label["is_otp"] == "1"]
    naming = [one for one in messages if one.label["expected_service"]]
    named = [one for one in naming if is_named(one.label["expected_service"], one.found)]
    bad = [one for one in messages if one.label["kind"] in BAD]
    return Score(
        len(messages),
        len(right) / len(said) if said else 1.0,
        len(right) / len(codes) if codes else 1.0,
        len(named) / len(naming) if naming else 1.0,
        sum(one.found.relation == one.label["relation"] for one in messages) / max(1, len(messages)),
        sum(one.found.relation in ACCOUNTS for one in bad),
        len(bad),
    )


def read(path: Path) -> list[Labelled]:
    """Return the labelled messages, recognised."""
    recogniser = Recogniser(rulebook())
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Labelled(row, recogniser.recognise(Message(id=row["id"], sender=row["sender"], body=row["message"])))
            for row in csv.DictReader(stream, delimiter="\t")
        ]


@pytest.mark.needs_shared
def test_messages_of_others(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messages = read(shared / "data" / "sms-tune.tsv")
    whole = score(messages)
    of_services = score(one for one in messages if one.label["kind"] not in BAD)
    sources = defaultdict(list)
    for one in messages:
        sources[one.label["source"]].append(one)
    lines = [
        f"{'':46} {'all':>5} {'precision':>9} {'recall':>6} {'named':>6} {'relation':>8} invented",
        whole.line("all sources"),
        of_services.line("without spam, fraud and people"),
    ]
    for source, own in sorted(sources.items(), key=lambda pair: -len(pair[1])):
        others = [one for one in messages if one.label["source"] != source]
        lines += [score(own).line(source), score(others).line("  all but this source")]
    lines.append(f"accounts invented: 95% sure below {upper_bound(whole.invented, whole.bad):.2%}")
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201 - the measurement is to be read
    assert whole.precision >= 0.97
    assert whole.recall >= 0.97
    assert whole.named >= 0.92
    assert whole.invented <= whole.bad / 200
