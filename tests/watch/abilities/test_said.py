"""An app beside its publisher's words: what they leave out is named; what they say is for a person to read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.findings import Tier
from phoneward.watch.abilities import Ability, About, Said, StatedTextError, read_text
from phoneward.watch.abilities.said import compare

ENGLISH = (
    "This privacy policy tells you which data the app processes. We use your location to show branches nearby. "
    "We never look at your photos! With your consent, the camera is used to scan codes and the app keeps no copy. "
    "You can write to us, and we answer within the time that the law gives us for it."
)
CHINESE = (
    "本隐私政策说明我们如何处理您的个人信息。为了显示附近网点，我们会使用您的位置信息。我们不会读取您的照片。"
    "经您同意，相机用于扫码，应用不会保存。您可以随时联系我们，我们会在法律规定的时间内答复您，并依法保护您的信息安全。"
    "我们仅在实现上述目的所必需的期间内保存您的信息，超出期间后会删除或作匿名化处理。如果本政策发生变化，我们会以弹窗的方式"
    "通知您，并再次征得您的同意。未成年人使用本应用，应当由监护人陪同并阅读本政策。"
)


def ability(code: str, *, is_ordinary: bool = False) -> Ability:
    return Ability(code=code, about=About.PICTURES, weight=50, tier=Tier.OBSERVED, is_ordinary=is_ordinary)


APP = [
    ability(code) for code in ("sees-all-pictures", "told-of-screenshots", "knows-place", "uses-camera", "lists-apps")
]


def topics(said: Said) -> tuple[set[str], set[str]]:
    return {one.code for one in said.unstated}, {one.code for one in said.stated}


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_what_is_in_the_app_and_not_in_the_text(text: str) -> None:
    """Screenshots and the list of apps are not spoken of; the rest is, whatever is said about it."""
    unstated, stated = topics(compare(APP, text, "policy"))
    assert unstated == {"screenshots", "installed-apps"}
    assert stated == {"pictures", "place", "camera"}


def test_the_sentence_is_shown() -> None:
    """That it is spoken of proves nothing: here the text says that it is never done. A person reads it."""
    quotes = {one.code: one.quote for one in compare(APP, ENGLISH, "policy").stated}
    assert quotes["pictures"] == "we never look at your photos!"
    quotes = {one.code: one.quote for one in compare(APP, CHINESE, "policy").stated}
    assert quotes["pictures"] == "我们不会读取您的照片。"


def test_what_the_app_cannot_do_is_not_asked_of_the_text() -> None:
    """A text may speak of everything: never the reverse as proof. What most apps do is no topic either."""
    assert topics(compare([ability("lists-apps", is_ordinary=True)], ENGLISH, "policy")) == (set(), set())


@pytest.mark.parametrize("text", ["", "Too short.", "Ceci est une politique, et elle ne dit rien du tout. " * 20])
def test_a_text_that_cannot_be_compared(text: str) -> None:
    """Nothing is said of it rather than something wrong."""
    said = compare(APP, text, "policy")
    assert (said.is_readable, said.unstated) == (False, ())


def test_a_page_and_its_hidden_parts(tmp_path: Path) -> None:
    """Only what a page shows counts: words in a script or a style are no statement."""
    page = tmp_path / "policy.html"
    shown = f"<p>{ENGLISH}</p><script>var screenshot = 1;</script><style>.screenshot{{}}</style>"
    page.write_text(f"<html><head><title>screenshot</title></head><body>{shown}&#25130;</body></html>")
    unstated, _stated = topics(compare(APP, read_text(page), "policy"))
    assert "screenshots" in unstated


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """As people save texts."""
    file = tmp_path / "policy.txt"
    file.write_bytes(CHINESE.encode(encoding))
    assert read_text(file).strip() == CHINESE


def test_what_is_no_text(tmp_path: Path) -> None:
    """A PDF or a picture is refused in one sentence; so is a file that is not there."""
    file = tmp_path / "policy.pdf"
    file.write_bytes(b"%PDF-1.7\0\x01\x02")
    for path in (file, tmp_path / "missing"):
        with pytest.raises(StatedTextError):
            read_text(path)


@given(st.binary(max_size=2000), st.text(max_size=2000))
def test_any_text(data: bytes, text: str) -> None:
    """Whatever a file holds, there is an answer; quotes fit on one line of a terminal."""
    said = compare(APP, data.decode("utf-8", "replace") + text, "policy")
    assert all(one.quote.isprintable() for one in said.stated)
    assert not {one.code for one in said.stated} & {one.code for one in said.unstated}
