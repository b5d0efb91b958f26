"""The gate asks the operator simulator over a real connection; neither knows the other's code."""

import asyncio
import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from phoneward.numbers.gate import Decision, Gate, Question, Word, build_gate, read_config
from phoneward.numbers.simulator import (
    Contract,
    FaultKind,
    Faults,
    Operator,
    Simulator,
    State,
    Subscriber,
    Tokens,
    example_state,
    new_key,
    private_pem,
    running,
)

NOW = dt.datetime.now(dt.UTC)
SINCE = NOW - dt.timedelta(days=400)
KINDS = ("number-recycling", "sim-swap", "tenure")
HANGING: tuple[FaultKind, ...] = ("hang", "slow-drip", "cut", "server-error", "too-many-requests")
GARBLING: tuple[FaultKind, ...] = ("wrong-schema", "wrong-content-type")


def configuration(url: str, kinds: Sequence[str], *, flow: str = "client-credentials", more: str = "") -> str:
    ciba = f'ciba_endpoint = "{url}/bc-authorize"' if flow == "ciba" else ""
    providers = "\n".join(f'[[providers]]\nkind = "{kind}"\noperator = "sim"' for kind in kinds)
    return f"""
    [gate]
    limit_s = 4
    cache_entries = 0
    [operators.sim]
    api_root = "{url}"
    token_endpoint = "{url}/token"
    client_id = "example-client"
    key_file = "key.pem"
    flow = "{flow}"
    zone = "UTC"
    {ciba}
    {more}
    {providers}
    """


@contextmanager
def simulated(state: State, folder: Path) -> Iterator[tuple[Simulator, str]]:
    key = new_key()
    (folder / "key.pem").write_bytes(private_pem(key))
    simulator = Simulator(state, keys={"example-client": key.public_key()})
    with running(simulator) as url:
        yield simulator, url


def decide(
    text: str, folder: Path, questions: Sequence[Question], *, at_once: int = 8, ahead_s: float = 0
) -> list[Decision]:
    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead_s)

    async def run() -> list[Decision]:
        gate: Gate = build_gate(read_config(tomllib.loads(text)), folder=folder, clock=clock)
        turns = asyncio.Semaphore(at_once)

        async def one(question: Question) -> Decision:
            async with turns:
                return await gate.decide(question)

        try:
            return await asyncio.gather(*map(one, questions))
        finally:
            await gate.aclose()

    return asyncio.run(run())


EXPECTED = {
    # The example's numbers, bound 400 days ago: what each of the three operators' answers makes of them.
    "+447700900001": ("SAME not-recycled", "SAME no-sim-change", "SAME long-tenure"),
    "+447700900002": ("CHANGED recycled", "UNKNOWN sim-swapped", "UNKNOWN shorter-tenure"),
    "+447700900003": ("CHANGED recycled", None, None),
    "+447700900004": ("SAME not-recycled", "UNKNOWN sim-swapped", "SAME long-tenure"),
    "+447700900005": ("UNKNOWN not-applicable",) * 3,
    "+447700900006": ("UNKNOWN permission-denied",) * 3,
    "+447700900008": ("UNKNOWN not-our-subscriber",) * 3,
    "+447700900009": ("UNKNOWN provider-error",) * 3,
    "+447700900777": ("UNKNOWN not-our-subscriber",) * 3,
}


@pytest.mark.parametrize("flow", ["client-credentials", "jwt-bearer", "ciba"])
def test_every_number_of_the_example_gets_the_word_it_deserves(
    flow: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By each way to a token, over HTTP, with assertions that the operator checks; and nobody reads of it in a log."""
    caplog.set_level(0)
    with simulated(example_state(NOW), tmp_path) as (_simulator, url):
        for column, kind in enumerate(KINDS):
            text = configuration(url, [kind], flow=flow)
            decisions = decide(text, tmp_path, [Question(number=number, since=SINCE) for number in EXPECTED])
            for (number, expected), decision in zip(EXPECTED.items(), decisions, strict=True):
                said = f"{decision.word} {decision.reasons[0].code}"
                if flow == "jwt-bearer" and expected[column] == "UNKNOWN not-our-subscriber":
                    assert said == "UNKNOWN token-refused", "such a token is refused already"
                elif expected[column] is None:
                    assert decision.word is not Word.SAME
                else:
                    assert said == expected[column], (number, kind)
    assert caplog.text.count("receive_response_body") > len(EXPECTED), "the library underneath does log"
    assert not any(secret in caplog.text for secret in ("+4477009", "Bearer ", "eyJ"))


def test_an_operator_is_not_told_of_numbers_that_are_not_its_own(tmp_path: Path) -> None:
    """`numbers` names its area; the others cost nothing and are nobody's business there."""
    with simulated(example_state(NOW), tmp_path) as (simulator, url):
        text = configuration(url, KINDS, more='numbers = ["+1", "+4477009"]')
        questions = [Question(number=number, since=SINCE) for number in ("+4915112345678", "+447700900001")]
        other, ours = decide(text, tmp_path, questions)
        asked = {served.number for served in simulator.journal}
    assert [reason.code for reason in other.reasons] == ["other-area"] * 3
    assert ours.word is Word.SAME
    assert asked <= {"+447700900001", None}


def test_a_holder_who_refuses_consent_is_unknown(tmp_path: Path) -> None:
    """By CIBA, the operator asks the person."""
    with simulated(example_state(NOW), tmp_path) as (_simulator, url):
        text = configuration(url, ["number-recycling"], flow="ciba")
        (decision,) = decide(text, tmp_path, [Question(number="+447700900007", since=SINCE)])
    assert (decision.word, decision.reasons[0].code) == (Word.UNKNOWN, "consent-refused")


@pytest.mark.parametrize("ahead_s", [-600, -20, 20, 600])
def test_a_service_whose_clock_is_wrong_is_let_in_all_the_same(ahead_s: float, tmp_path: Path) -> None:
    """The operator refuses statements from the future and the past; its Date header says what time it is."""
    state = State(tokens=Tokens(leeway_seconds=0), subscribers=example_state(NOW).subscribers)
    with simulated(state, tmp_path) as (_simulator, url):
        text = configuration(url, ["number-recycling"])
        question = Question(number="+447700900001", since=SINCE)
        (decision,) = decide(text, tmp_path, [question], ahead_s=ahead_s)
    assert decision.word is Word.SAME, decision.reasons


def subscribers(count: int) -> list[Subscriber]:
    """Half of them the same person's for years, half somebody else's since a month ago."""
    signed, ended, again = ((NOW - dt.timedelta(days=days)).date() for days in (2000, 200, 30))
    made = []
    for number in range(count):
        contracts = [Contract(begins=signed, holder="A")]
        if number % 2:
            contracts = [Contract(begins=signed, ends=ended, holder="A"), Contract(begins=again, holder="B")]
        made.append(Subscriber(number=f"+44770090{number:04d}", contracts=tuple(contracts)))
    return made


@pytest.mark.parametrize("kinds", [HANGING, GARBLING, HANGING + GARBLING], ids=["hanging", "garbling", "both"])
def test_with_every_tenth_answer_spoilt_no_word_is_said_that_no_operator_said(
    kinds: tuple[FaultKind, ...], tmp_path: Path
) -> None:
    """Answers and tokens hang, drip, break off, are refused, garbled or HTML: SAME only for those who are the same,
    and only where the operator's journal shows a good answer; CHANGED likewise."""
    people = subscribers(150)
    state = State(
        operator=Operator(),
        tokens=Tokens(access_seconds=1),
        faults=Faults(rate=0.1, seed=11, kinds=kinds, hang_seconds=1, drip_seconds=0.2, retry_after_seconds=0),
        subscribers=tuple(people),
    )
    with simulated(state, tmp_path) as (simulator, url):
        text = configuration(url, KINDS, more="timeout_s = 0.4")
        questions = [Question(number=person.number, since=SINCE) for person in people]
        decisions = decide(text, tmp_path, questions, at_once=12)
        good = Counter(
            served.number
            for served in simulator.journal
            if served.status == 200 and served.fault in {None, "slow-drip"} and served.path != "/token"
        )
        spoilt = sum(served.fault is not None for served in simulator.journal)
    words = Counter(decision.word for decision in decisions)
    for number, (person, decision) in enumerate(zip(people, decisions, strict=True)):
        if decision.word is not Word.UNKNOWN:
            assert decision.word is (Word.CHANGED if number % 2 else Word.SAME)
            assert good[person.number], "an operator said so"
    assert spoilt > 10
    assert words[Word.SAME] > 40, words
    assert words[Word.CHANGED] > 40, words
