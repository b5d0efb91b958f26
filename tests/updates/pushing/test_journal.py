"""What a catalogue run has read outlives it, wherever it was stopped."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.apk.manifest.facts import DeclaredPermission, Manifest
from phoneward.apk.signing.facts import Scheme, SdkRange
from phoneward.updates.pushing.errors import HistoryUnreadableError
from phoneward.updates.pushing.journal import Journal
from phoneward.updates.pushing.records import (
    Record,
    Said,
    SavedApk,
    SavedNode,
    SavedProblem,
    SavedSigning,
    SavedVerification,
    decode_record,
    encode_record,
)

texts = st.text(max_size=20)
nodes = st.lists(st.builds(SavedNode, st.binary(max_size=30), st.integers(0, 31)), max_size=3).map(tuple)
verifications = st.builds(
    SavedVerification,
    st.integers(1, 30),
    st.none() | st.integers(30, 40),
    st.booleans(),
    st.lists(st.sampled_from(Scheme), max_size=3, unique=True).map(tuple),
    st.none()
    | st.builds(
        SavedSigning,
        st.lists(st.binary(max_size=40), min_size=1, max_size=3).map(tuple),
        nodes,
        st.sampled_from(Scheme),
    ),
    nodes,
    st.lists(
        st.builds(SavedProblem, texts, st.builds(Said, texts), st.none() | st.sampled_from(Scheme)), max_size=2
    ).map(tuple),
)
manifests = st.builds(
    Manifest,
    package=texts,
    version_code=st.integers(0, 2**63 - 1),
    version_name=texts,
    required_split_types=st.frozensets(texts, max_size=3),
    permissions=st.lists(st.builds(DeclaredPermission, texts, st.integers(0, 2**31)), max_size=3).map(tuple),
    key_sets=st.lists(st.tuples(texts, st.lists(st.binary(max_size=9), max_size=2).map(tuple)), max_size=2).map(tuple),
)
apks = st.builds(
    SavedApk, texts, manifests, st.frozensets(texts, max_size=3), st.booleans(), st.booleans(),
    st.lists(verifications, max_size=3).map(tuple),
)  # fmt: skip
records = st.builds(
    Record, st.just(1), texts, st.integers(0, 2**60), st.integers(0, 2**62), st.lists(apks, max_size=2).map(tuple)
)


@given(records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert decode_record(encode_record(record)) == record


@given(records, st.data())
def test_a_torn_line_is_no_record(record: Record, data: st.DataObject) -> None:
    line = encode_record(record)
    assert decode_record(line[: data.draw(st.integers(0, len(line) - 2))]) is None


@given(st.binary(max_size=200))
def test_any_other_line_is_no_record(line: bytes) -> None:
    assert decode_record(line) is None


@settings(max_examples=30)
@given(st.lists(records, min_size=1, max_size=5, unique_by=lambda record: record.path), st.data())
def test_a_run_that_is_killed_at_any_byte_loses_at_most_the_last_record(
    tmp_path_factory: pytest.TempPathFactory, many: list[Record], data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("run") / "history.jsonl"
    with Journal(place) as journal:
        for record in many:
            journal.add(record)
    whole = place.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    place.write_bytes(whole[:cut])
    left = whole[:cut].count(b"\n")
    with Journal(place) as journal:
        assert [journal.get(record.path) for record in many[:left]] == many[:left]
        assert [journal.get(record.path) for record in many[left:]] == [None] * (len(many) - left)
        for record in many[left:]:
            journal.add(record)
    with Journal(place) as journal:
        assert [journal.get(record.path) for record in many] == many


def test_the_last_record_of_a_file_counts(tmp_path: Path) -> None:
    one = Record(1, "a.apk", 5, 6)
    with Journal(tmp_path / "h") as journal:
        journal.add(one)
        journal.add(msgspec.structs.replace(one, size=9))
        found = journal.get("a.apk")
    assert found is not None
    assert found.size == 9


def test_a_history_that_is_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnreadableError, match="history"):
        Journal(tmp_path)


def test_what_was_not_asked_then_is_not_made_up_now() -> None:
    saved = SavedApk("a", Manifest(package="a.b"), frozenset(), False, False, (SavedVerification(21, 27, True),))
    apk = Record(1, "a", 1, 1, (saved,)).app().apks[0]
    assert apk.verify(SdkRange(24, 24)).is_verified
    with pytest.raises(ValueError, match="not verified"):
        apk.verify(SdkRange(30, 30))
    with pytest.raises(ValueError, match="not verified"):
        apk.verify()
