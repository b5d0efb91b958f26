"""The documents of a snapshot: what was written is read again, anything else is refused, hostile texts stay texts."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import AppInventory, Identity, InstalledApp, Obstacle, Volume, VolumeKind
from phoneward.snapshots import gap_sentence, next_step_sentence, reason_sentence, reasons
from phoneward.snapshots.coverage import (
    Coverage,
    Proof,
    ProofLevel,
    State,
    Totals,
    decode_coverage,
    encode_coverage,
)
from phoneward.snapshots.gaps import MAX_GAPS_NAMED, GapReason, Gaps
from phoneward.snapshots.inventory import (
    ListingRecord,
    decode_device,
    decode_packages,
    device_document,
    encode_document,
    packages_document,
    utc,
)

DAY = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)


def empty_coverage(gaps: Gaps) -> Coverage:
    return Coverage(
        format=1,
        device="0123456789abcdef",
        label="Phone",
        taken=DAY,
        complete=not gaps.total,
        partial=False,
        proof=Proof(ProofLevel.STORED, DAY),
        totals=Totals(0, 0, 0, 0, 0, 0),
        storages=[],
        apps=[],
        gap_counts={},
        gaps=[gap for gap, _place in gaps.named()],
        not_checked={},
    )


def test_the_shape_of_the_coverage_document_is_fixed() -> None:
    """Programs rely on these names: they may be joined by others and never change (format 1)."""
    gaps = Gaps()
    gaps.add(GapReason.DENIED, b"/sdcard/\xff", b"/shared/\xff", "Permission denied")
    document = json.loads(encode_coverage(empty_coverage(gaps)))
    assert document == {
        "format": 1,
        "device": "0123456789abcdef",
        "label": "Phone",
        "taken": "2024-03-01T00:00:00Z",
        "complete": False,
        "partial": False,
        "proof": {"level": "stored", "date": "2024-03-01T00:00:00Z"},
        "totals": {
            "kept_files": 0,
            "kept_bytes": 0,
            "own_backup_bytes": 0,
            "out_of_reach_bytes": 0,
            "unknown_apps": 0,
            "unknown_system_apps": 0,
        },
        "storages": [],
        "apps": [],
        "gap_counts": {},
        "gaps": [
            {"path": "/sdcard/\\xff", "reason": "denied", "detail": "Permission denied", "path_b64": "L3NkY2FyZC//"}
        ],
        "not_checked": {},
        "missing_storages": [],
        "waiting": None,
        "clock_went_back": False,
        "levels": None,
        "records": None,
        "backup_files": [],
        "iphone_backup": None,
        "snapshot": "",
    }
    assert [state.value for state in State] == ["kept", "kept in part", "kept by its own backup", "out of reach"]


@given(st.lists(st.tuples(st.sampled_from(GapReason), st.binary(min_size=1), st.text())))
def test_gaps_survive_writing_and_reading(found: list[tuple[GapReason, bytes, str]]) -> None:
    gaps = Gaps()
    last = {}
    for reason, name, detail in found:
        gaps.add(reason, b"/sdcard/" + name, b"/shared/" + name, detail)
        last[b"/sdcard/" + name] = reason
    again = decode_coverage(encode_coverage(empty_coverage(gaps)))
    assert {gap.raw_path: gap.reason for gap in again.gaps} == last
    assert gaps.total == len(last) == sum(gaps.counts.values())
    assert all(gap.path.isprintable() and gap.detail.isprintable() for gap in again.gaps)


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_anything_else_is_refused(data: bytes) -> None:
    for decode in (decode_coverage, decode_device):
        with pytest.raises(ValueError, match=r".") as caught:
            decode(data)
        assert not isinstance(caught.value, UnicodeError)


def test_a_later_format_and_bad_base64_are_refused() -> None:
    document = json.loads(encode_coverage(empty_coverage(Gaps())))
    with pytest.raises(ValueError, match="format 2"):
        decode_coverage(json.dumps(document | {"format": 2}).encode())
    bad = document | {"gaps": [{"path": "x", "reason": "denied", "path_b64": "!"}]}
    with pytest.raises(ValueError, match="base64"):
        decode_coverage(json.dumps(bad).encode())
    assert decode_coverage(json.dumps(document | {"added later": 1}).encode()).device == "0123456789abcdef"


texts = st.text(max_size=30)
sizes = st.none() | st.integers(0, 2**63)


@given(
    st.lists(
        st.builds(
            InstalledApp,
            texts,
            st.integers(0, 999),
            sizes,
            texts,
            texts,
            st.booleans(),
            sizes,
            st.none() | st.integers(-(2**70), 2**70),
            st.none() | st.integers(-(2**70), 2**70),
            st.lists(st.binary(max_size=20), max_size=3).map(tuple),
            sizes,
            initiating_installer=texts,
            signer_hashes=st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple),
            past_signer_hashes=st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple),
            is_debuggable=st.booleans(),
        ),
        max_size=3,
    ),
    st.builds(Identity, texts, texts, texts, texts, texts),
    st.lists(
        st.builds(
            Volume, st.sampled_from(VolumeKind), texts, st.binary(), texts, sizes, st.none() | st.sampled_from(Obstacle)
        ),
        max_size=3,
    ),
)
def test_whatever_a_phone_says_of_itself_becomes_a_document(
    apps: list[InstalledApp], identity: Identity, volumes: list[Volume]
) -> None:
    listing = ListingRecord(1, 1, has_ctime=True)
    device = device_document(identity, "label\x1b[31m", DAY, listing, volumes)
    assert decode_device(encode_document(device)) == device
    written = packages_document(AppInventory(tuple(apps)), {})
    assert decode_packages(encode_document(written)) == written
    document = json.loads(encode_document(written))
    assert len(document["apps"]) == len(apps)
    for text in (device.label, device.model, *(app["package"] for app in document["apps"])):
        assert text.isprintable()


def test_who_signed_an_app_is_in_the_snapshot_and_its_absence_in_older_ones() -> None:
    """A later snapshot tells that an app's signer changed; one of before that was recorded says nothing of it."""
    app = InstalledApp("org.example", 0, signer_hashes=(0xB9FAADA, 1), initiating_installer="com.example.store")
    written = encode_document(packages_document(AppInventory((app, InstalledApp("org.other", 0))), {}))
    first, second = json.loads(written)["apps"]
    assert (first["signer_hashes"], first["initiating_installer"]) == ([0xB9FAADA, 1], "com.example.store")
    assert not {"signer_hashes", "past_signer_hashes", "initiating_installer", "is_debuggable"} & second.keys()
    read = decode_packages(written).apps
    assert (read[0].signer_hashes, read[1].signer_hashes, read[1].version_code) == ((0xB9FAADA, 1), (), None)


def test_times_outside_the_calendar_are_unknown() -> None:
    assert utc(None) is None
    assert utc(10**30) is None
    assert utc(1_709_251_200_123_456_789) == DAY.replace(microsecond=123456)


def test_gaps_know_what_they_touch() -> None:
    gaps = Gaps()
    gaps.add(GapReason.DENIED, b"/sdcard/Android/data", b"/shared/Android/data")
    gaps.add(GapReason.DENIED, b"/sdcard/DCIM/x", b"/shared/DCIM/x")
    assert gaps.touch(b"/shared/Android/data/com.app"), "below it"
    assert gaps.touch(b"/shared/DCIM"), "above it"
    assert not gaps.touch(b"/shared/Android/media/com.app")
    assert not gaps.touch(b"/shared/DCI")
    assert gaps.below(b"/shared") == 2


def test_too_many_gaps_are_counted_and_nothing_is_called_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_GAPS_NAMED >= 10_000
    monkeypatch.setattr("phoneward.snapshots.gaps.MAX_GAPS_NAMED", 3)
    gaps = Gaps()
    for number in range(5):
        gaps.add(GapReason.DENIED, b"/sdcard/%d" % number, b"/shared/%d" % number)
    assert (gaps.total, gaps.unnamed, len(gaps.named()), gaps.counts[GapReason.DENIED]) == (5, 2, 3, 5)
    assert gaps.touch(b"/volumes/elsewhere")


def test_a_document_of_a_version_that_did_not_ask_for_messages_is_read() -> None:
    """An old snapshot's coverage still opens: nobody asked for messages then, and it says so."""
    document = json.loads(encode_coverage(empty_coverage(Gaps())))
    del document["records"]
    assert decode_coverage(json.dumps(document).encode()).records is None


def test_every_code_has_its_sentence() -> None:
    assert {reason.value for reason in GapReason} == set(reasons.GAP_SENTENCES)
    assert all(gap_sentence(reason) != reason for reason in GapReason)
    from phoneward.phones.appbackups import app_files
    from phoneward.snapshots import judging, ownbackups
    from phoneward.snapshots.records import contacts, files, messages, taking
    from phoneward.snapshots.records.ical import files as calendars

    modules = (judging, ownbackups, files, messages, contacts, taking, calendars)
    sources = "".join(Path(module.__file__ or "").read_text() for module in modules)
    of_apps = {ownbackups.next_step_for(package) for app in app_files() for package in app.packages}
    for code in set(reasons.REASON_SENTENCES) | set(reasons.NEXT_STEP_SENTENCES):
        assert f'"{code}"' in sources or code in of_apps, f"{code} is never given"
    assert reason_sentence("from a later version") == "from a later version"
    assert next_step_sentence("from a later version") == "from a later version"
    assert next_step_sentence("nothing") == ""


def test_what_is_said_of_a_name_fits_the_files_of_this_computer_too() -> None:
    """A folder of the computer that goes along has gaps of its own: no sentence blames the phone for them."""
    of_phones_alone = {GapReason.LOCKED}
    for reason in set(GapReason) - of_phones_alone:
        assert "the phone " not in gap_sentence(reason).lower(), reason
    assert "phone" not in reason_sentence("all-kept")


def test_every_question_that_a_phone_cannot_answer_has_its_words() -> None:
    from phoneward.phones.adb import apps
    from phoneward.snapshots.coverage_words import question_words

    source = Path(apps.__file__).read_text()
    names = {*re.findall(r'(?:note|_ask)\((?:asking, )?"([a-z-]+)"', source), *apps._OPTIONS.values()}
    assert {"users", "data-size", "debuggable", "installer"} <= names
    assert all(str(question_words(name)) != name for name in names)
