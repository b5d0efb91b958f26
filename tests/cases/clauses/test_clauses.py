"""A person pastes a user agreement and sees which clauses exclude liability, quoted, and why they may be void."""

from datetime import date

import pytest

from phoneward import texts
from phoneward.cases.clauses import CLAUSE_WORDS, Clauses, clause_kinds, find_clauses, unchecked, why_words
from phoneward.cases.documents import read_document

DAY = date(2026, 11, 29)


def look(text: str, on: date | None = date(2025, 3, 1)) -> Clauses:
    return find_clauses(read_document(text.encode()), on=on, day=DAY)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我们不能保证软件升级过程中数据不丢失。", "data-loss"),
        ("因升级造成您的信息丢失，本公司不承担任何责任。", "data-loss"),
        ("对于用户数据的删除或储存失败，本公司不负责任。", "data-loss"),
        ("We are not liable for any loss of data.", "data-loss"),
        ("The Company shall have no responsibility for corrupted content or data.", "data-loss"),
        ("在任何情况下，我们均不承担赔偿责任。", "no-liability"),
        ("In no event shall we be liable to you.", "no-liability"),
        ("我们的赔偿责任总额不超过您支付的费用。", "capped"),
        ("Our total liability shall not exceed USD 10.", "capped"),
        ("我们对间接损失不予赔偿。", "indirect-loss"),
        ("We exclude indirect and consequential damages.", "indirect-loss"),
        ("本服务按现状提供。", "as-is"),
        ('The service is provided "as is".', "as-is"),
        ("使用本服务的风险由您自行承担。", "own-risk"),
        ("Use of the service is at your own risk.", "own-risk"),
        ("本协议的最终解释权归本公司所有。", "final-word"),
        ("您同意放弃就此提起诉讼的权利。", "no-way-to-complain"),
        ("You waive any right to a class action.", "no-way-to-complain"),
        ("本公司有权随时修改本协议。", "changed-at-will"),
        ("We may change these terms at any time.", "changed-at-will"),
        ("您继续使用即视为同意。", "deemed-consent"),
        ("By using the service you agree to these terms.", "deemed-consent"),
    ],
)
def test_each_kind_of_clause_is_found_in_its_words(text: str, kind: str) -> None:
    (one,) = look(text).found
    assert kind in one.kinds
    assert one.sentence.text == text
    assert one.articles


@pytest.mark.parametrize(
    "text",
    [
        "我们会妥善保管您的数据。",
        "如因我们的原因造成数据丢失，我们依法承担责任。",
        "本条款不免除我们依法应承担的责任。",
        "您可以随时注销账号。",
        "We keep your data safe and are liable under the law.",
        "Nothing here does not limit... We do not exclude our liability.",
        "如有疑问请联系客服。",
    ],
)
def test_a_fair_clause_is_left_alone(text: str) -> None:
    assert look(text).found == ()


def test_the_rules_are_those_of_the_day_of_the_agreement() -> None:
    text = "因升级造成数据丢失，本公司不承担任何责任。"
    (old,) = look(text, date(2018, 5, 1)).found
    assert {one.id for one in old.articles} >= {"consumer-law:26", "civil-code-time:9", "penalty-measures:12"}
    assert not any(one.law in {"civil-code", "consumer-regulation"} for one in old.articles)
    (new,) = look(text, date(2025, 3, 1)).found
    assert {one.id for one in new.articles} >= {
        "civil-code:496", "civil-code:497", "civil-code:506", "consumer-law:26", "consumer-regulation:17",
        "contract-interpretation:10", "online-consumption:1",
    }  # fmt: skip
    (unknown,) = look(text, None).found
    assert unknown.articles == ()
    with texts.speaking(["en"]):
        assert any("day of the agreement was not told" in str(one) for one in unchecked(look(text, None)))


def test_a_clause_that_leaves_the_law_its_say_is_marked() -> None:
    (one,) = look("在法律允许的范围内，我们不承担数据丢失的责任。").found
    assert one.is_saved
    (bare,) = look("我们不承担数据丢失的责任。").found
    assert not bare.is_saved


def test_quotes_have_their_lines_and_what_was_not_checked_is_said() -> None:
    found = look("用户协议\n\n1. 欢迎。\n2. 我们不承担数据\n丢失的责任。\n")
    assert [(one.sentence.line, one.sentence.text) for one in found.found] == [(4, "2. 我们不承担数据丢失的责任。")]
    with texts.speaking(["en"]):
        said = " ".join(map(str, unchecked(found)))
        assert "is for a court" in said
        assert "bold" in said
        assert "does not mean that there is none" in " ".join(map(str, unchecked(look("好。"))))


def test_every_kind_has_its_words_in_both_languages() -> None:
    assert set(CLAUSE_WORDS) == set(clause_kinds())
    for kind in clause_kinds():
        assert set(why_words(kind).names) == {"en", "zh_CN"}


def test_a_hostile_agreement_is_looked_through_in_bounded_time() -> None:
    for piece in ("数据丢失不", "not no data loss ", "liability ", "不承担", "原因由于"):
        look(piece * (40_000 // len(piece.encode())))
