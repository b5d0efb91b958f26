"""The policy is a plain table; what it gets wrong is said by the field's name."""

from pathlib import Path

import pytest

from phoneward.numbers.gate import policy
from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.policy import Purpose, Step
from phoneward.numbers.gate.service import settings as service_settings


def test_the_default_never_lets_in_whom_nobody_knows() -> None:
    default = policy.read(None)
    for purpose in Purpose:
        assert default.step(purpose, Word.SAME) is Step.ALLOW
        assert default.step(purpose, Word.CHANGED) is Step.CUT_LOOSE
        assert default.step(purpose, Word.UNKNOWN) is Step.STEP_UP
    assert default.warnings() == []


def test_what_is_left_out_is_the_defaults() -> None:
    mine = policy.read({"login": {"UNKNOWN": "refuse"}})
    assert mine.step(Purpose.LOGIN, Word.UNKNOWN) is Step.REFUSE
    assert mine.step(Purpose.LOGIN, Word.CHANGED) is Step.CUT_LOOSE
    assert mine.step(Purpose.RESET, Word.UNKNOWN) is Step.STEP_UP
    assert mine.version != policy.read(None).version
    assert policy.read({"login": {"UNKNOWN": "step-up"}}).version == policy.read({}).version


@pytest.mark.parametrize("purpose", ["login", "reset", "send-personal-data"])
def test_letting_in_whom_nobody_knows_is_warned_about_loudly(purpose: str) -> None:
    (warning,) = policy.read({purpose: {"UNKNOWN": "allow"}}).warnings()
    assert f"policy.{purpose}.UNKNOWN" in str(warning)


@pytest.mark.parametrize(
    ("table", "field", "problem"),
    [
        ("allow", "policy", "no table"),
        ({"log-in": {}}, "policy.log-in", "login, reset, send-personal-data"),
        ({"reset": "allow"}, "policy.reset", "no table"),
        ({"reset": {"MAYBE": "allow"}}, "policy.reset.MAYBE", "SAME, CHANGED, UNKNOWN"),
        ({"reset": {"SAME": "alow"}}, "policy.reset.SAME", "allow, step-up, cut-loose, refuse"),
        ({"reset": {"SAME": 1}}, "policy.reset.SAME", "allow, step-up"),
        ({"reset": {"CHANGED": "allow"}}, "policy.reset.CHANGED", "must never be allowed"),
        ({"reset": {"reasons": "step-up"}}, "policy.reset.reasons", "no table"),
        ({"reset": {"reasons": {"sim-swaped": "step-up"}}}, "policy.reset.reasons.sim-swaped", "sim-swapped"),
        ({"reset": {"reasons": {"sim-swapped": 1}}}, "policy.reset.reasons.sim-swapped", "step-up"),
    ],
)
def test_a_wrong_field_is_named(table: object, field: str, problem: str) -> None:
    with pytest.raises(GateConfigError) as caught:
        policy.read(table)
    assert caught.value.details["field"] == field
    assert problem in caught.value.sentence()


def test_a_reason_makes_it_stricter_and_never_milder() -> None:
    """The carrier says "the same person", and that the SIM is another: once the owner is asked for more."""
    default = policy.read(None)
    assert default.step(Purpose.RESET, Word.SAME, {"not-recycled", "sim-swapped"}) is Step.STEP_UP
    assert default.step(Purpose.RESET, Word.CHANGED, {"recycled", "sim-swapped"}) is Step.CUT_LOOSE
    mine = policy.read({"login": {"reasons": {"sim-swapped": "allow", "shorter-tenure": "refuse"}}})
    assert mine.step(Purpose.LOGIN, Word.SAME, {"sim-swapped"}) is Step.ALLOW
    assert mine.step(Purpose.LOGIN, Word.UNKNOWN, {"sim-swapped"}) is Step.STEP_UP
    assert mine.step(Purpose.LOGIN, Word.CHANGED, {"shorter-tenure"}) is Step.REFUSE
    assert mine.step(Purpose.RESET, Word.SAME, {"shorter-tenure", "sim-swapped"}) is Step.STEP_UP
    assert mine.version != default.version


def test_a_sim_swap_that_is_let_pass_is_warned_about() -> None:
    (warning,) = policy.read({"reset": {"reasons": {"sim-swapped": "allow"}}}).warnings()
    assert "policy.reset.reasons.sim-swapped" in str(warning)


@pytest.mark.parametrize(
    ("order", "kinds", "warned"),
    [
        ("in-turn", ["number-recycling", "sim-swap"], 1),
        ("together", ["number-recycling", "sim-swap"], 0),
        ("in-turn", ["sim-swap", "number-recycling"], 0),
        ("in-turn", ["sim-swap", "tenure"], 1),
    ],
)
def test_a_provider_whose_doubts_nobody_hears_is_warned_about(order: str, kinds: list[str], warned: int) -> None:
    """The policy asks for more after a SIM swap, and the one who knows of it would never be asked."""
    operator = {"api_root": "https://a.example", "token_endpoint": "https://a.example/token", "client_id": "c"}
    tables: dict[str, object] = {
        "service": {"secret_file": "s", "callers": [{"name": "shop", "key_sha256": "0" * 64}]},
        "gate": {"order": order},
        "operators": {"o": operator | {"key_file": "k"}},
        "providers": [{"kind": kind, "operator": "o"} for kind in kinds],
    }
    warnings = service_settings.read_tables(tables, Path()).warnings()
    assert [f"o.{kinds[1]}" in str(one) for one in warnings] == [True] * warned
