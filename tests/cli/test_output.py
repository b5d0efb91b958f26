"""JSON lines are ASCII, one a line; text shows what it is given and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.cli.names import name_fields
from phoneward.cli.output import Output, json_line
from phoneward.errors import PhonewardError


@given(st.dictionaries(st.text(min_size=1).filter(lambda key: key != "message_type"), st.text() | st.integers()))
def test_a_line_is_a_line(document: dict[str, object]) -> None:
    line = json_line("thing", document)
    assert line.isascii()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert not any(ord(character) < 32 for character in line[:-1])
    assert json.loads(line) == {"message_type": "thing", **document}


@given(st.binary(max_size=40))
def test_names_in_json_can_be_had_back(name: bytes) -> None:
    import base64

    fields = name_fields(name)
    back = base64.b64decode(fields["path_base64"]) if "path_base64" in fields else fields["path"].encode()
    assert back == name


def test_markup_in_names_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    Output().result("[bold]name[/bold] :smile: 123 'x'")
    assert capsys.readouterr().out == "[bold]name[/bold] :smile: 123 'x'\n"


def test_an_error_that_forgot_readable_cannot_repaint_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    class HostileError(PhonewardError):
        message = "{name}"
        next_step = "{name}"

    Output().error(HostileError(name="\x1b[2Jfine\r\n\u202e"))
    err = capsys.readouterr().err
    assert err.count("\n") == 2
    assert "\x1b" not in err
    assert "\u202e" not in err
