"""A person pastes what a company wrote and sees which things that it should say are there, quoted."""

from datetime import date

import pytest

from phoneward import texts
from phoneward.cases.documents import read_document
from phoneward.cases.law import Status
from phoneward.cases.replies import FOUND_WORDS, Found, Score, Text, score, unchecked

DAY = date(2026, 11, 29)

GOOD_NOTICE = """关于用户信息泄露的通知
2026年3月1日，我们发现部分服务器遭到入侵，用户信息泄露。
涉及您的姓名、手机号和收货地址。
由于接口存在漏洞导致未经授权的访问。
这些信息可能被用于诈骗。
我们已立即关闭该接口并修复漏洞。
建议您修改密码，警惕陌生来电。
我们已向网信部门报告。
如有疑问请拨打客服电话400-123-4567。
"""
BAD_NOTICE = """尊敬的用户：
近日有网传消息称我司信息泄露，事件原因正在调查。
我们将进一步加强安全措施，请您放心。
如有疑问可联系我们。
"""


def found(text: str, kind: Text, happened: date | None = date(2026, 3, 1), country: str = "CN") -> Score:
    return score(read_document(text.encode()), kind, country=country, happened=happened, day=DAY)


def table(result: Score) -> dict[str, Found]:
    return {one.id: one.found for one in result.points}


def test_a_whole_notice_holds_every_point_with_the_sentence_that_says_it() -> None:
    result = found(GOOD_NOTICE, Text.NOTICE)
    assert set(table(result).values()) == {Found.PRESENT}, table(result)
    quoted = {one.id: one.sentence.text for one in result.points if one.sentence}
    assert quoted["kinds"] == "涉及您的姓名、手机号和收货地址。"
    assert quoted["cause"] == "由于接口存在漏洞导致未经授权的访问。"
    assert quoted["self-help"] == "建议您修改密码，警惕陌生来电。"
    assert result.present == len(result.asked) == 8


def test_a_soothing_notice_says_little() -> None:
    result = table(found(BAD_NOTICE, Text.NOTICE))
    assert result == {
        "situation": Found.PRESENT,
        "kinds": Found.NOT_FOUND,
        "cause": Found.UNCLEAR,
        "harm": Found.NOT_FOUND,
        "measures": Found.UNCLEAR,
        "self-help": Found.UNCLEAR,
        "contact": Found.UNCLEAR,
        "authority": Found.NOT_FOUND,
    }


def test_an_english_notice_is_read_by_european_rules() -> None:
    text = (
        "On 3 May there was a data breach. It concerns names and e-mail addresses. It was caused by a wrong setting. "
        "The data could be used for phishing. We have closed the gap. Please change your password. "
        "We notified the data protection authority. Contact us at help@example.com."
    )
    result = found(text, Text.NOTICE, country="EU")
    assert set(table(result).values()) == {Found.PRESENT}, table(result)
    assert {"gdpr:34"} <= {article.id for one in result.points for article in one.articles}


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("这是我们的失误。", "admits", Found.PRESENT),
        ("我司并无任何过错。", "admits", Found.UNCLEAR),
        ("We acknowledge the problem.", "admits", Found.PRESENT),
        ("It is not our responsibility.", "admits", Found.UNCLEAR),
        ("向您致以诚挚的歉意。", "apology", Found.PRESENT),
        ("给您带来不便，敬请谅解。", "apology", Found.UNCLEAR),
        ("We regret the inconvenience.", "apology", Found.UNCLEAR),
        ("由于签名错误导致数据被清空。", "cause", Found.PRESENT),
        ("原因正在排查。", "cause", Found.UNCLEAR),
        ("我们愿意赔偿一个充电宝。", "remedy", Found.PRESENT),
        ("数据无法恢复。", "remedy", Found.UNCLEAR),
        ("We will restore your files.", "remedy", Found.PRESENT),
        ("我们采取措施防止再次发生。", "prevention", Found.PRESENT),
        ("We will improve.", "prevention", Found.UNCLEAR),
        ("您好。", "admits", Found.NOT_FOUND),
    ],
)
def test_a_point_of_a_reply(text: str, point: str, expected: Found) -> None:
    assert table(found(text, Text.REPLY))[point] is expected


def test_reasons_are_asked_for_only_where_something_is_refused() -> None:
    assert table(found("我们已为您恢复数据。", Text.REPLY))["refusal-reasons"] is Found.NOT_NEEDED
    bare = found("我们不予赔偿。", Text.REPLY)
    assert table(bare)["refusal-reasons"] is Found.UNCLEAR
    (refusal,) = [one for one in bare.points if one.id == "refusal-reasons"]
    assert [article.id for article in refusal.articles] == ["pipl:50"]
    assert table(found("由于数据已被覆盖，我们无法恢复。", Text.REPLY))["refusal-reasons"] is Found.PRESENT


def test_rules_are_named_by_the_day_of_the_event_and_only_read_ones() -> None:
    old = found(BAD_NOTICE, Text.NOTICE, date(2018, 12, 20))
    named = {article.id for one in old.points for article in one.articles}
    assert "csl-2016:42" in named
    assert not any(name.startswith(("pipl:57", "csl-2025", "network-data-regulation:11")) for name in named)
    unknown = found(BAD_NOTICE, Text.NOTICE, None)
    assert not any(one.articles for one in unknown.points if one.id in {"kinds", "harm"})
    everything = [article for one in found(GOOD_NOTICE, Text.NOTICE).points for article in one.articles]
    assert all(article.status is Status.CONFIRMED for article in everything)
    with texts.speaking(["en"]):
        assert any("day of the event was not told" in str(one) for one in unchecked(unknown))
        assert any("true was not looked at" in str(one) for one in unchecked(unknown))
    assert set(FOUND_WORDS) == set(Found)


def test_a_hostile_reply_is_scored_in_bounded_time() -> None:
    for piece in ("原因由于导致", "联系电话", "refuse because ", "可能造成", "a@b."):
        found(piece * (40_000 // len(piece.encode())), Text.REPLY)
        found(piece * (40_000 // len(piece.encode())), Text.NOTICE)
