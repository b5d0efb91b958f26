"""One update on every Android version of the field."""

from pathlib import Path

import pytest

from phoneward.updates import Verdict
from phoneward.updates.pushing import DifferentAppsError, gate_files
from tests.apk.making import Rotation, make_apk
from tests.updates.pushing.store import NOTES, OURS, THEIRS


def verdicts(old: Path, new: Path) -> list[tuple[int, int | None, Verdict]]:
    return [(span.low, span.high, span.judgement.verdict) for span in gate_files(old, new).spans]


def test_the_same_signer_may_go_out() -> None:
    result = gate_files(make_apk(NOTES, version_code=1), make_apk(NOTES, version_code=2))
    assert result.passes
    assert {span.judgement.verdict for span in result.spans} == {Verdict.KEEPS}


def test_another_signer_wipes_on_every_phone() -> None:
    found = verdicts(make_apk(NOTES, version_code=1, keys=(OURS,)), make_apk(NOTES, version_code=2, keys=(THEIRS,)))
    assert {verdict for _low, _high, verdict in found} == {Verdict.WIPES}


def test_a_rotation_is_not_seen_before_android_9() -> None:
    """Signed by both schemes with the new key's proof: phones before v3 see the old key only (source.android.com)."""
    old = make_apk(NOTES, version_code=1, min_sdk=24, keys=(OURS,))
    new = make_apk(NOTES, version_code=2, min_sdk=24, rotation=Rotation((OURS, THEIRS)), schemes=("v3",))
    spans = gate_files(old, new).spans
    below = [span.judgement.verdict for span in spans if span.high is not None and span.high < 28]
    above = {span.judgement.verdict for span in spans if span.low >= 28}
    assert Verdict.KEEPS not in below
    assert above == {Verdict.KEEPS}


def test_that_old_phones_stay_behind_is_no_reason_to_stop() -> None:
    old = make_apk(NOTES, version_code=1, min_sdk=21)
    new = make_apk(NOTES, version_code=2, min_sdk=26)
    result = gate_files(old, new)
    assert result.passes
    assert result.spans[0].judgement.verdict is Verdict.REFUSED


def test_an_older_version_stops() -> None:
    assert gate_files(make_apk(NOTES, version_code=2), make_apk(NOTES, version_code=1)).stopping


def test_one_android_version_can_be_asked_for() -> None:
    result = gate_files(make_apk(NOTES, version_code=1), make_apk(NOTES, version_code=2), [30])
    assert [(span.low, span.high) for span in result.spans] == [(30, 30)]


def test_two_apps_are_no_update() -> None:
    with pytest.raises(DifferentAppsError, match="two different apps"):
        gate_files(make_apk(NOTES), make_apk("org.example.chat"))


def test_an_app_of_old_stays_on_a_phone_that_got_a_newer_android() -> None:
    """Android 14 takes no new app of target 22; one that was there before the phone's own update stays."""
    old = make_apk(NOTES, version_code=1, target_sdk=22, keys=(OURS,))
    new = make_apk(NOTES, version_code=2, min_sdk=34, target_sdk=34, keys=(THEIRS,))
    result = gate_files(old, new)
    assert [(span.low, span.high) for span in result.stopping] == [(34, None)]
    assert result.spans[-1].judgement.verdict is Verdict.WIPES


def test_an_update_that_no_asked_phone_takes_does_not_pass() -> None:
    old = make_apk(NOTES, version_code=1, min_sdk=21)
    result = gate_files(old, make_apk(NOTES, version_code=2, min_sdk=26), [23])
    assert not result.passes
