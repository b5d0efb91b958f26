"""What the checkup says of a person's cases, without reading their evidence."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.cases import Case, CaseFacts, Wish, forget_case, glance, known_cases, note_case, sentence
from phoneward.cases import finding_codes as codes
from phoneward.cases.findings import findings
from phoneward.cases.letters import evidence_of, keep_letter, write_letter
from phoneward.findings import Severity
from phoneward.incidents import Incident
from phoneward.progress import silent

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    facts = CaseFacts(title="Mother's chats", incident=Incident.WIPED_BY_UPDATE, happened=dt.date(2026, 3, 1))
    return Case.new(tmp_path / "case", facts)


def found(case: Case, now: dt.datetime = NOW) -> list[str]:
    return [one.code for one in findings([glance(case.folder)], now)]


def said(case: Case) -> str:
    return str(sentence([glance(case.folder)]))


def test_a_case_without_evidence_has_nothing_to_seal(case: Case) -> None:
    assert found(case) == []
    assert said(case) == "1 case is kept."


def test_evidence_waits_for_a_seal_and_a_seal_for_a_time(case: Case, tmp_path: Path) -> None:
    (tmp_path / "prompt.png").write_bytes(b"x")
    case.add([tmp_path / "prompt.png"])
    assert found(case) == [codes.NOT_SEALED]
    assert said(case) == "1 case holds evidence that is not sealed yet."
    case.seal(Wish(), silent)
    assert found(case) == [codes.NO_TRUSTED_TIME]
    case.note("called the shop")
    assert found(case) == [codes.NOT_SEALED]


def test_a_log_that_was_changed_is_urgent(case: Case) -> None:
    log = case.folder / "data/custody.jsonl"
    case.note("one")
    log.write_text(log.read_text().replace('"one"', '"two"') + log.read_text().splitlines()[0] + "\n")
    (finding,) = findings([glance(case.folder)], NOW)
    assert (finding.code, finding.severity) == (codes.LOG_ALTERED, Severity.DANGER)
    assert "was changed" in said(case)


def test_a_case_that_is_gone_is_said(case: Case) -> None:
    (case.folder / "data/custody.jsonl").unlink()
    assert found(case) == [codes.GONE]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2028-08-01", []), ("2028-09-05", [codes.TIME_RUNS_OUT]), ("2029-04-01", [codes.TIME_RUNS_OUT])],
)
def test_the_three_years_are_watched(case: Case, day: str, expected: list[str]) -> None:
    assert found(case, dt.datetime.fromisoformat(f"{day}T00:00:00+08:00")) == expected


def test_the_three_years_of_a_leap_day_end(tmp_path: Path) -> None:
    facts = CaseFacts(title="x", incident=Incident.RESET, happened=dt.date(2024, 2, 29))
    case = Case.new(tmp_path / "leap", facts)
    assert found(case, dt.datetime(2027, 2, 28, tzinfo=dt.UTC)) == [codes.TIME_RUNS_OUT]


def test_a_letter_without_an_answer_is_remembered(case: Case) -> None:
    letter = write_letter(case.facts, evidence_of(case.items()), "demand", dt.date(2026, 11, 1), "en")
    keep_letter(case, letter)
    assert found(case) == [codes.ANSWER_DUE]
    assert found(case, NOW - dt.timedelta(days=20)) == []


def test_cases_are_remembered_by_their_folder_alone(tmp_path: Path, case: Case) -> None:
    state = tmp_path / "state"
    note_case(state, tmp_path / "other")
    note_case(state, case.folder)
    note_case(state, tmp_path / "other")
    assert known_cases(state) == (tmp_path / "other", case.folder)
    assert (state / "cases.json").stat().st_mode & 0o777 == 0o600
    assert "Mother" not in (state / "cases.json").read_text()
    forget_case(state, case.folder)
    assert known_cases(state) == (tmp_path / "other",)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format":1,"folders":["relative","\\u0000"]}', b"[" * 10_000])
def test_notes_that_make_no_sense_are_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cases.json").write_bytes(data)
    assert known_cases(tmp_path) == ()
