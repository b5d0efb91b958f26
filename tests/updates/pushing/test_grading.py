"""Other people's prompts against the guide for risk texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import texts
from phoneward.updates.pushing import grade_prompt, read_prompt

INCIDENT = """APP signature inconsistent, may cause data loss
[OK]
[Cancel]
"""
INCIDENT_ZH = """APP签名不一致，可能导致数据丢失
[继续安装]
[取消]
"""
GOOD = """Remove WeChat with everything in it?
You lose every chat that WeChat keeps on this phone. Nobody can bring it back.
Your photos in the gallery stay. Type WeChat to go on.
[Keep WeChat as it is]
[Remove it and install the other one]
"""
GOOD_ZH = """要删除微信和里面的一切吗？
您会失去微信保存在这部手机上的全部聊天记录，谁也找不回来。
相册里的照片不会丢失。要继续，请输入“微信”。
[保留微信]
[删除微信，安装另一个]
"""


def broken(text: str, *, loses: bool = True) -> set[int]:
    return {mark.number for mark in grade_prompt(read_prompt(text), loses=loses).marks if not mark.is_kept}


@pytest.mark.parametrize("text", [INCIDENT, INCIDENT_ZH])
def test_the_prompt_of_the_incident_keeps_no_rule(text: str) -> None:
    grade = grade_prompt(read_prompt(text), loses=True)
    assert grade.kept == 0
    assert not grade.passes


@pytest.mark.parametrize("text", [GOOD, GOOD_ZH])
def test_a_good_prompt_keeps_them_all(text: str) -> None:
    assert broken(text) == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("with everything in it?", "with everything in it", 1),
        ("Remove WeChat with everything in it?", "Are you sure that WeChat goes?", 1),
        ("in it?", "in it, and whatever else there is besides that nobody reads?", 1),
        ("You lose every chat that", "Every chat is lost that", 2),
        ("You lose every", "You will no longer see any", 2),
        ("You lose every", "You may lose some", 2),
        ("every chat", "every chat and its metadata", 3),
        ("[Keep WeChat as it is]\n", "", 4),
        ("[Keep WeChat as it is]", "[Cancel]", 4),
        ("[Keep WeChat as it is]\n[Remove it", "[Remove it now]\n[Remove it", 4),
        ("Type WeChat to go on.", "", 5),
        ("Your photos in the gallery stay. Type", "Type", 7),
    ],
)
def test_each_fault_is_named_by_its_rule(old: str, new: str, rule: int) -> None:
    assert old in GOOD
    assert rule in broken(GOOD.replace(old, new))


def test_typing_where_nothing_is_lost_is_a_fault() -> None:
    assert 5 in broken(GOOD, loses=False)


@given(st.text(max_size=400))
def test_any_text_gets_a_grade(text: str) -> None:
    grade = grade_prompt(read_prompt(text), loses=True)
    assert 0 <= grade.kept <= len(grade.marks)
    with texts.speaking(["zh_CN"]):
        assert all(str(mark.rule) for mark in grade.marks)


def test_a_prompt_of_any_length_ends_soon() -> None:
    assert read_prompt("x" * 10_000_000).title == "x" * 20_000
