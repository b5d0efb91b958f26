"""What `phoneward update check` prints, whatever an app's file and the phone say of themselves."""

import datetime as dt
import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.apk.signing.facts import Signing
from phoneward.cli import update_check_view as view
from phoneward.cli.output import Output, json_line
from phoneward.errors import readable
from phoneward.findings import Tier
from phoneward.snapshots import ProofLevel, State
from phoneward.texts import verbatim
from phoneward.updates import Checked, Copy, Device, Effect, Installed, Judgement, Kept, Reason, Stakes, Verdict

_RAW = st.text(max_size=20)
_TEXT = _RAW.map(readable)
_TIMES = st.datetimes(timezones=st.just(dt.UTC)) | st.none()
_SIZES = st.integers(0, 2**63 - 1) | st.none()
_TAKEN = st.datetimes(min_value=dt.datetime(1980, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - hypothesis wants it
_KEPT = st.builds(
    Kept,
    snapshot=st.just("ab" * 32),
    taken=_TAKEN,
    level=st.sampled_from(ProofLevel),
    proven=_TAKEN,
    state=st.sampled_from(State) | st.none(),
    out_of_reach_bytes=_SIZES,
    own_backup=_TAKEN | st.none(),
)
_CHECKED = st.builds(
    Checked,
    file=_TEXT,
    judgement=st.builds(
        Judgement,
        package=_TEXT,
        verdict=st.sampled_from(Verdict),
        reasons=st.lists(
            st.builds(
                Reason, code=st.just("a-code"), effect=st.sampled_from(Effect), text=_TEXT.map(verbatim), source=_RAW
            )
        ).map(tuple),
        tier=st.sampled_from(Tier),
        lowered=_TEXT.map(verbatim) | st.none(),
        signers=st.lists(st.just("0" * 64)).map(tuple),
    ),
    sentence=_TEXT.map(verbatim),
    device=st.builds(Device, sdk=st.integers(1, 40) | st.none()),
    version_code=st.integers(0, 2**63 - 1),
    version_name=_TEXT,
    installed=st.none()
    | st.builds(
        Installed,
        package=_TEXT,
        version_code=st.integers(0, 2**63 - 1),
        version_name=_RAW,
        signing=st.none() | st.builds(Signing, signers=st.lists(st.binary(max_size=4)).map(tuple)),
        installer=_TEXT,
        first_installed=_TIMES,
        last_updated=_TIMES,
    ),
    stakes=st.none()
    | st.builds(Stakes, package=_TEXT, data_bytes=_SIZES, since=_TIMES, kept=st.sampled_from(Copy) | _KEPT),
    advice=_TEXT.map(verbatim) | st.none(),
)


@given(_CHECKED)
def test_json_is_one_line_with_the_verdict(checked: Checked) -> None:
    line = json_line("update_check", view.document(checked))
    assert line.isascii()
    assert line.count("\n") == 1
    told = json.loads(line)
    assert told["verdict"] == checked.judgement.verdict
    assert len(told["reasons"]) == len(checked.judgement.reasons)
    assert (told["stakes"] is None) == (checked.stakes is None or checked.stakes.kept is Copy.NOT_ASKED)
    assert (told["installed"] is None) == (checked.installed is None)


@given(st.lists(_CHECKED, min_size=1, max_size=3), st.booleans())
def test_the_answer_comes_first_and_nothing_repaints_the_terminal(checked: list[Checked], details: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shown = io.StringIO()
        patch.setattr(sys, "stdout", shown)
        view.show(Output(), checked, details=details)
    text = shown.getvalue()
    first = str(checked[0].sentence)
    assert text.startswith(first if len(checked) == 1 else checked[0].file)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
