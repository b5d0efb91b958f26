"""Every sentence a person sees exists in every language that is shipped, with the same placeholders."""

import importlib
import pkgutil
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import phoneward
from phoneward.errors import PhonewardError
from phoneward.texts import LOCALE_DIR
from scripts import build_texts, update_texts

SHIPPED = ["zh_CN", "zh_TW"]


def catalogue(language: str) -> Catalog:
    with (LOCALE_DIR / language / "LC_MESSAGES" / "phoneward.po").open("rb") as stream:
        return read_po(stream, locale=language)


@pytest.fixture(scope="module")
def template() -> Catalog:
    return update_texts.extract()


def sentences(source: Catalog) -> list[Message]:
    return [message for message in source if message.id]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def forms(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def test_some_sentences_are_found(template: Catalog) -> None:
    assert len(sentences(template)) > 50


@pytest.mark.parametrize("language", SHIPPED)
def test_no_sentence_is_missing(language: str, template: Catalog) -> None:
    translated = catalogue(language)
    missing = []
    for message in sentences(template):
        found = translated.get(message.id, message.context)
        if found is None or not found.string or not all(forms(found.string)) or found.fuzzy:
            missing.append(message.id)
    assert not missing, "run scripts/update_texts.py and translate these"


@pytest.mark.parametrize("language", SHIPPED)
def test_no_sentence_is_left_from_earlier(language: str, template: Catalog) -> None:
    known = {str(message.id) for message in sentences(template)}
    assert [message.id for message in sentences(catalogue(language)) if str(message.id) not in known] == []


@pytest.mark.parametrize("language", SHIPPED)
def test_placeholders_survive_translation(language: str) -> None:
    for message in sentences(catalogue(language)):
        allowed = set[str]().union(*(placeholders(form) for form in forms(message.id)))
        for form in forms(message.string):
            assert placeholders(form) <= allowed, message.id
            # A singular form may leave its number out; a single-form sentence must keep all it was given.
            if isinstance(message.id, str):
                assert placeholders(form) == allowed, message.id


def test_every_error_class_has_a_marked_message_and_next_step(template: Catalog) -> None:
    for module in pkgutil.walk_packages(phoneward.__path__, "phoneward."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    classes = [PhonewardError]
    for error in classes:
        classes.extend(error.__subclasses__())
        if not error.__module__.startswith("phoneward."):
            continue
        for text in (error.message, error.next_step):
            assert text.startswith("{") or template.get(text) is not None, f"{error.__name__}: {text!r} lacks N_()"


def test_catalogues_compile(tmp_path: Path) -> None:
    target = tmp_path / "zh_CN" / "LC_MESSAGES"
    target.mkdir(parents=True)
    source = LOCALE_DIR / "zh_CN" / "LC_MESSAGES" / "phoneward.po"
    (target / "phoneward.po").write_bytes(source.read_bytes())
    assert build_texts.compile_catalogues(tmp_path) == [target / "phoneward.mo"]
