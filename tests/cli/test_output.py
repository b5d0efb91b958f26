"""JSON lines are ASCII, one a line; text shows what it is given and nothing else."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

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


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_a_terminal(text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    Output().result(text)
    return [line.rstrip() for line in terminal.getvalue().splitlines()]


def test_a_chinese_sentence_is_broken_where_chinese_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "如果这部手机现在坏了，您能保住八十六个文件，至少会失去很多东西，请再备份一次。"
    lines = at_a_terminal(f"  {sentence}", monkeypatch)
    assert "".join(line.strip() for line in lines) == sentence
    assert all(line.startswith("  ") for line in lines)
    assert max(map(cell_len, lines)) <= 40
    assert not [line for line in lines if line.strip()[0] in "，。"]
    mixed = at_a_terminal("快照 ec86762f 里有 68 个文件（17,800,191 字节），都已保住。", monkeypatch)
    assert mixed[0] == "快照 ec86762f 里有 68 个文件（17,800,191"


def test_two_spaces_in_a_name_stay_two(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_a_terminal("一  个文件.jpg", monkeypatch) == ["一  个文件.jpg"]
