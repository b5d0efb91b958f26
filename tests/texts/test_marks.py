"""Sentences are marked where the extractor sees them, and `_` means one thing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.update_texts import SOURCE

MARKS = {"_", "N_", "words", "ngettext", "counted"}


def marks(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            yield node


def marks_in_f_strings(source: str) -> list[str]:
    """Return the marks inside f-strings: before Python 3.12 the tokens of an f-string are not seen by the extractor."""
    strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    return [ast.unparse(call) for string in strings for call in marks(string)]


def functions_with_two_meanings(source: str) -> list[str]:
    """Return the functions that mark sentences with `_` and also assign to it, which fails when they run."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id == "_"]
            if {type(name.ctx) for name in names} >= {ast.Store, ast.Load}:
                found.append(node.name)
    return found


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_marks_are_seen_and_called(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    # A mark around a name that holds the sentence is a look-up, not a declaration: those may stand anywhere.
    assert [call for call in marks_in_f_strings(source) if "'" in call or '"' in call] == []
    assert functions_with_two_meanings(source) == []


def test_both_faults_are_found() -> None:
    assert marks_in_f_strings("""f"{prefix or _('Usage:')} {x}" """) == ["_('Usage:')"]
    assert functions_with_two_meanings("def f(x):\n    a, _ = x\n    return _('a')\n") == ["f"]


def test_templates_mark_sentences_as_code_does() -> None:
    """The extractor looks for `_("…")`; what stands in a `{% trans %}` block would stay English."""
    templates = sorted(SOURCE.rglob("templates/*.html"))
    assert templates
    assert [path.name for path in templates if "{% trans" in path.read_text(encoding="utf-8")] == []
