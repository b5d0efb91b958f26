"""Whom a message addresses: a person who got a number reads that it was meant for somebody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers.newholder.greetings import greeted_name, initial, is_one_of


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("【某银行】尊敬的王先生，您的账单已出", "王"),
        ("【某银行】尊敬的客户赵丽女士：您好", "赵丽"),
        ("尊敬的陈**先生，您的保单", "陈**"),
        ("【某商城】周海您好，您的订单已发货", "周海"),
        ("【某学校】亲爱的孙同学，请缴费", "孙"),
        ("[某店] 佐藤花子様 ご注文ありがとう", "佐藤花子"),
        ("[가게] 김철수님, 주문이 접수되었습니다", "김철수"),
        ("[가게] 김*수 고객님", "김*수"),
        ("Dear Ann Lee, your statement is ready", "Ann Lee"),
        ("MyBank: Dear Mr. Okafor, your card", "Okafor"),
        ("Hi Priya! Your order is on its way", "Priya"),
        ("Bonjour Camille, votre colis", "Camille"),
        ("Hola Lucía, tu pedido", "Lucía"),
        ("Olá Rafael, sua fatura", "Rafael"),
        ("Hallo Herr Vogel, Ihr Konto", "Vogel"),
        ("Dear S****h, your code is 123456", "S****h"),
    ],
)
def test_a_name_is_read_where_services_write_it(body: str, name: str) -> None:
    assert greeted_name(body) == name


@pytest.mark.parametrize(
    "body",
    [
        "",
        "您好，您的验证码是123456",
        "【某某】尊敬的用户，您好",
        "【某某】尊敬的客户：您的账户",
        "【某某】尊敬的会员您好",
        "亲爱的家长您好，请查收",
        "Dear Customer, your parcel is here",
        "Dear valued customer, thank you",
        "Hi there, your code is 1234",
        "Hello, your code is 1234",
        "Your code is 1234. Dear me, do not share it",
        "お客様のご注文",
        "고객님, 인증번호는 123456 입니다",
        "回复王先生的消息",
        "Estimado cliente, su pago",
        "x" * 500 + ". Dear Ann Lee, your",
    ],
)
def test_a_message_that_greets_nobody_names_nobody(body: str) -> None:
    assert greeted_name(body) is None


@pytest.mark.parametrize(
    ("name", "mine", "fits"),
    [
        ("王", "王小明", True),
        ("王小明", "王小明", True),
        ("王**", "王小明", True),
        ("*小明", "王小明", True),
        ("李", "王小明", False),
        ("李**", "王小明", False),
        ("Ann Lee", "ann lee", True),
        ("Ann", "Ann Lee", True),
        ("Lee", "Ann Lee", True),
        ("Lee", "Lee, Ann", True),
        ("Bob", "Ann Lee", False),
        ("A*n", "Ann Lee", True),
        ("B***b", "Ann Lee", False),
        ("Ann", "", False),
        ("Ann", "…", False),
    ],
)
def test_ones_own_name_is_known_in_part_and_with_hidden_signs(name: str, mine: str, fits: bool) -> None:
    assert is_one_of(name, [mine]) is fits


def test_only_the_first_sign_of_a_strangers_name_is_kept() -> None:
    assert initial("王小明") == "王…"
    assert initial("ann lee") == "A…"


@given(st.text(max_size=300), st.text(max_size=30))
def test_no_text_whatever_breaks_it(body: str, mine: str) -> None:
    name = greeted_name(body)
    if name is not None:
        assert name.strip()
        is_one_of(name, [mine])


@given(
    st.sampled_from(["尊敬的", "Dear ", "[x] ", "亲爱的客户"]),
    st.text(alphabet="王*x 先生您好，a.'-様님", max_size=200),
)
def test_no_long_message_takes_long(start: str, rest: str) -> None:
    greeted_name(start + rest * 50)
