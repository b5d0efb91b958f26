"""The answer for a release pipeline: SARIF 2.1.0 that any reader takes, whatever names and sentences hold."""

import json
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from phoneward.texts import verbatim
from phoneward.updates.sarif import Told, file_uri, sarif_log
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict

_TEXT = st.text(max_size=30)
_REASONS = st.builds(
    Reason,
    code=st.sampled_from(["signer-differs", "downgrade", "min-sdk", "debuggable"]),
    effect=st.sampled_from(Effect),
    text=_TEXT.map(verbatim),
    source=_TEXT,
    status=_TEXT,
    option=st.sampled_from(["", "-t"]),
)
_TOLD = st.builds(
    Told,
    file=_TEXT.filter(bool),
    judgement=st.builds(
        Judgement, package=_TEXT, verdict=st.sampled_from(Verdict), reasons=st.lists(_REASONS).map(tuple)
    ),
    sentence=_TEXT.map(verbatim),
)


@given(st.lists(_TOLD, max_size=4), st.sampled_from([0, 1, 4]))
def test_the_log_says_what_was_judged(told: Sequence[Told], code: int) -> None:
    log = json.loads(json.dumps(sarif_log(told, code)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == sum(1 + len(one.judgement.reasons) for one in told)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["kind"] == "pass") == (result["level"] == "none")
        assert result["message"]["text"]
    heads = [result for result in run["results"] if result["ruleId"].startswith("verdict-")]
    assert [head["properties"]["verdict"] for head in heads] == [one.judgement.verdict for one in told]
    for head, one in zip(heads, told, strict=True):
        assert (head["level"] == "none") == (one.judgement.verdict is Verdict.KEEPS)
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": code}]


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_files_name_comes_back_from_its_address(name: str) -> None:
    relative = name.lstrip("/")
    if not relative.strip("./"):
        return
    uri = file_uri(relative)
    assert uri.isascii()
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    if "//" not in relative and "/." not in f"/{relative}/" and not relative.endswith("/"):
        assert unquote(uri, errors="surrogateescape") == relative
    assert file_uri("/" + relative).startswith("file:///")
