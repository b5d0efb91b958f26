"""What a person reads in the first minute: do, do not, in order, in both languages, on screen and on paper."""

import io
import re

import pytest

from phoneward.incidents import Incident
from phoneward.rescue import Kind, card_document, card_of, html_card, pdf_card
from phoneward.texts import speaking

LOSSES = [one for one in Incident if not one.is_leak]
LEAKS = [one for one in Incident if one.is_leak]


@pytest.mark.parametrize("incident", Incident)
def test_every_incident_has_a_card_in_both_languages(incident: Incident) -> None:
    """Each step is one or two short sentences with a reason, and Chinese where Chinese is read."""
    card = card_of(incident)
    assert len({step.key for step in card.steps}) == len(card.steps) >= 8
    for step in card.steps:
        assert len(str(step.text)) < 220
        assert str(step.why)
        with speaking(["zh_CN"]):
            assert re.search(r"[\u4e00-\u9fff]", str(step.text) + str(step.why))
            assert "你" not in str(step.text) + str(step.why)


@pytest.mark.parametrize("incident", LOSSES)
def test_after_a_loss_nobody_makes_it_worse(incident: Incident) -> None:
    """Do not reset, do not clear, pay nobody; look before you try."""
    keys = [step.key for step in card_of(incident).steps]
    assert "no-payment" in keys
    assert "search" in keys
    if incident in {Incident.WIPED_BY_UPDATE, Incident.REINSTALLED, Incident.DELETED}:
        assert {"no-clear", "no-reset", "offline", "keep-charged", "no-recovery-app"} <= set(keys)
        assert card_of(incident).steps[0].key in {"leave-app", "offline"}
    if incident in {Incident.WIPED_BY_UPDATE, Incident.DELETED}:
        assert "keep-app" in keys


@pytest.mark.parametrize("incident", LEAKS)
def test_after_a_leak_evidence_comes_first(incident: Incident) -> None:
    """Before sessions are ended, numbers unbound, permissions taken: those remove the traces."""
    steps = card_of(incident).steps
    assert steps[0].key.startswith("evidence")
    assert steps[0].kind is Kind.DO
    if incident is not Incident.PICTURE_COPIED:
        assert {"unbind", "end-sessions", "end-links", "change-passwords", "demand-logs"} <= {s.key for s in steps}


def test_no_card_names_a_command_that_is_not_there() -> None:
    """What a card says to run, the program knows."""
    import click

    from phoneward.cli.app import program

    for incident in Incident:
        for step in card_of(incident).steps:
            command: click.Command = program
            for word in step.run.split()[1:]:
                if word.startswith("-") or not isinstance(command, click.Group):
                    break
                found = command.get_command(click.Context(command), word)
                if found is None and step.run.startswith("phoneward case"):
                    break  # built next door
                assert found is not None, step.run
                command = found


def test_a_card_on_paper_needs_nothing_else() -> None:
    """One page that forbids everything but its own style; the PDF holds every sentence."""
    from pypdf import PdfReader

    card = card_of(Incident.DELETED)
    page = html_card(card).decode()
    assert "default-src 'none'" in page.replace("&#39;", "'")
    assert "<script" not in page
    assert all(str(step.why).split("“")[0] in page for step in card.steps)
    with speaking(["zh_CN"]):
        text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf_card(card))).pages).replace("\n", "")
        assert "不要清空任何回收站" in text


def test_programs_read_the_card() -> None:
    """Kind, sentence, reason, command and sources of each step."""
    document = card_document(card_of(Incident.NUMBER_GIVEN_UP))
    assert document["is_leak"] is True
    steps = document["steps"]
    assert isinstance(steps, list)
    assert {"key", "kind", "text", "why", "run", "sources"} == set(steps[0])
