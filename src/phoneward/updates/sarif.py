"""Answers as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), for a release pipeline.

Each rule's code is a SARIF rule, each reason that stands in the way or warns a result with its file; the verdict itself
is a result too, so that a pipeline that shows results shows it first.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

import phoneward
from phoneward.texts import N_, Words, _
from phoneward.updates import checking
from phoneward.updates.judging import ALL_RULES
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION: Final = "2.1.0"

_LEVELS: Final[Mapping[Effect, str]] = {
    Effect.NEVER: "error",
    Effect.NOT_OVER: "error",
    Effect.OPTION: "error",
    Effect.UNKNOWN: "warning",
    Effect.WARNS: "warning",
    Effect.NOTES: "none",
}
_VERDICT_LEVELS: Final[Mapping[Verdict, str]] = {
    Verdict.KEEPS: "none",
    Verdict.REFUSED: "error",
    Verdict.WIPES: "error",
    Verdict.UNDECIDED: "warning",
}
_VERDICT_RULES: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.KEEPS: ("verdict-keeps", N_("Android's own rules keep the data of the app that is installed.")),
    Verdict.REFUSED: ("verdict-refused", N_("Phones would refuse the update; app and data stay as they are.")),
    Verdict.WIPES: ("verdict-wipes", N_("The update can only be installed by removing the app with all its data.")),
    Verdict.UNDECIDED: ("verdict-undecided", N_("It cannot be told whether the update keeps the data.")),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One file and what is said of it.

    Attributes:
        file: as the person named it.
        sentence: the answer's first line.
    """

    file: str
    judgement: Judgement
    sentence: Words


def sarif_log(told: Sequence[Told], exit_code: int) -> dict[str, object]:
    """Return a SARIF log of one run.

    Args:
        told: the files that were judged.
        exit_code: the one that the program ends with.
    """
    rules: dict[str, dict[str, object]] = {}
    results: list[dict[str, object]] = []
    for one in told:
        results.append(_verdict_result(one, rules))
        results += [_reason_result(one, reason, rules) for reason in one.judgement.reasons]
    driver = {"name": "Phoneward", "semanticVersion": phoneward.__version__, "rules": list(rules.values())}
    run: dict[str, object] = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "exitCode": exit_code}],
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _verdict_result(one: Told, rules: dict[str, dict[str, object]]) -> dict[str, object]:
    verdict = one.judgement.verdict
    code, text = _VERDICT_RULES[verdict]
    level = _VERDICT_LEVELS[verdict] if one.judgement.lowered is None else "warning"
    index = _rule(rules, code, _(text), "", level)
    properties = {"package": one.judgement.package, "verdict": verdict.value, "tier": one.judgement.tier.value}
    return _result(one.file, (code, index, level), str(one.sentence), properties)


def _reason_result(one: Told, reason: Reason, rules: dict[str, dict[str, object]]) -> dict[str, object]:
    level = _LEVELS[reason.effect]
    index = _rule(rules, reason.code, _meanings().get(reason.code, str(reason.text)), reason.source, level)
    properties = {
        name: value
        for name, value in (
            ("package", one.judgement.package),
            ("effect", reason.effect.value),
            ("status", reason.status),
            ("option", reason.option),
        )
        if value
    }
    return _result(one.file, (reason.code, index, level), str(reason.text), properties)


@functools.cache
def _meanings() -> Mapping[str, str]:
    """Return what each rule means, in English, by its code."""
    return {rule.code: rule.meaning for rule in (*ALL_RULES, *checking.RULES)}


def _rule(rules: dict[str, dict[str, object]], code: str, text: str, source: str, level: str) -> int:
    """Add a rule where it is new; return its place."""
    if code not in rules:
        rule: dict[str, object] = {
            "id": code,
            "shortDescription": {"text": text or code},
            "defaultConfiguration": {"level": level},
        }
        if source:
            rule["help"] = {"text": _("The rule comes from Android's source: {source}").format(source=source)}
        rules[code] = rule
    return list(rules).index(code)


def _result(file: str, rule: tuple[str, int, str], text: str, properties: Mapping[str, object]) -> dict[str, object]:
    code, index, level = rule
    return {
        "ruleId": code,
        "ruleIndex": index,
        "kind": "fail" if level != "none" else "pass",
        "level": level,
        "message": {"text": text or code},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": file_uri(file)}}}],
        "properties": dict(properties),
    }


def file_uri(file: str) -> str:
    """Return a file's name as a URI reference: relative where it is, else with `file:` (RFC 3986, 8089)."""
    path = PurePath(file)
    encoded = quote(path.as_posix().encode("utf-8", "surrogateescape"), safe="/")
    if not path.is_absolute():
        return encoded
    return "file://" + (encoded if encoded.startswith("/") else "/" + encoded)
