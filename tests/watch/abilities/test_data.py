"""The rules: each has its sentence and its source, and none contradicts another."""

from phoneward.watch.abilities.ability_words import ABILITIES, PURPOSES, TOPICS
from phoneward.watch.abilities.network import CODES as NETWORK
from phoneward.watch.abilities.permissions import CODES as PICTURES
from phoneward.watch.abilities.rules import ability_rules, member, owner_rules, packer_rules, topic_rules


def test_every_ability_has_its_sentence() -> None:
    """And no sentence is left over."""
    codes = [rule.code for rule in ability_rules()]
    assert len(set(codes)) == len(codes)
    assert {*codes, *PICTURES, *NETWORK} == set(ABILITIES)
    assert {rule.otherwise for rule in ability_rules()} - {""} <= set(codes)


def test_rules_are_usable() -> None:
    """Methods and fields are named in full, and each rule says where that is told."""
    for rule in ability_rules():
        assert rule.source.startswith("https://"), rule.code
        assert 0 < rule.weight <= 100
        for name in (*rule.calls, *rule.near_calls, *rule.near_fields):
            assert "." in member(name).owner, name
            assert member(name).name, name
        shows = rule.calls or rule.texts or rule.permissions or rule.services or rule.service_bits
        assert shows or rule.code in {one.otherwise for one in ability_rules()}


def test_owners() -> None:
    """Each beginning once, ending where a word ends, with its source and a purpose that has words."""
    prefixes = [rule.prefix for rule in owner_rules()]
    assert len(set(prefixes)) == len(prefixes)
    for rule in owner_rules():
        assert rule.prefix.endswith("."), rule
        assert rule.source.startswith("https://"), rule
        assert rule.purpose in PURPOSES, rule


def test_packers() -> None:
    """What is not told by two sources is marked."""
    for rule in packer_rules():
        assert rule.classes or rule.libraries or rule.files
        assert rule.confirmed == (len(rule.sources) > 1)


def test_topics() -> None:
    """Each asks for abilities that there are, in both languages, in small letters."""
    assert [rule.code for rule in topic_rules()] == list(TOPICS)
    for rule in topic_rules():
        assert set(rule.abilities) <= set(ABILITIES), rule.code
        assert rule.english, rule.code
        assert rule.chinese, rule.code
        assert all(word == word.lower() for word in (*rule.english, *rule.chinese)), rule.code
