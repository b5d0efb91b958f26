"""What is done stays done, what was only hoped to be done does not: a code to the old number opens it again."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.numbers import Evidence, Purpose, Relation, SourceKind, What
from phoneward.numbers.leaving import Mark, State, standing
from tests.numbers.leaving.made import BEGUN, NEW, OLD, account, at, message

C, N, B = What.CODE, What.NOTICE, What.BUSINESS
LOGIN, CHANGE, DELETE, UNBIND = Purpose.LOGIN, Purpose.CHANGE_NUMBER, Purpose.DELETE, Purpose.UNBIND


def letter(days: float, purpose: Purpose) -> Evidence:
    """A service's letter; nobody can tell of which number."""
    return replace(message(days, None, N, purpose, is_done=True), source=SourceKind.MAIL)


@pytest.mark.parametrize(
    ("mark", "messages", "state", "since", "still"),
    [
        # Nothing happened; and what came before the plan tells nothing.
        (None, [message(-30), message(-2)], "open", None, []),
        # The person says so, and nothing comes any more.
        (Mark(at(3)), [message(-2)], "done", at(3), []),
        # The codes of the change itself do not count; an hour later they do.
        (Mark(at(3)), [message(3, hours=0.5)], "done", at(3), []),
        (Mark(at(3)), [message(3, hours=2), message(9)], "reopened", at(3), [at(3, 2), at(9)]),
        # The service's own word, to either number.
        (None, [message(2, OLD, N, CHANGE, is_done=True)], "proved", at(2), []),
        (None, [message(2, NEW, N, CHANGE, is_done=True)], "proved", at(2), []),
        (None, [message(2, OLD, N, DELETE, is_done=True)], "proved", at(2), []),
        # What is taken off the new number is none of the old one's.
        (None, [message(-9, NEW), message(2, NEW, N, UNBIND, is_done=True)], "open", None, []),
        (None, [message(-9, NEW), message(2, NEW, N, DELETE, is_done=True)], "open", None, []),
        (None, [message(2, None, N, DELETE, is_done=True)], "open", None, []),
        # A letter says so too; one of a login says nothing of a number.
        (None, [letter(2, CHANGE)], "proved", at(2), []),
        (None, [letter(2, DELETE), message(9)], "reopened", at(2), [at(9)]),
        (None, [letter(-2, CHANGE)], "open", None, []),
        (None, [letter(2, LOGIN)], "open", None, []),
        (Mark(at(1)), [letter(2, LOGIN)], "done", at(1), []),
        # Asked for is not done.
        (None, [message(2, OLD, C, CHANGE)], "open", None, []),
        # A code to the new number, when none came there before.
        (None, [message(-30), message(4, NEW)], "proved", at(4), []),
        (None, [message(-30), message(-20, NEW), message(4, NEW)], "open", None, []),
        # To make another account there leaves the old one as it is.
        (None, [message(-30), message(4, NEW, C, Purpose.REGISTER)], "open", None, []),
        (None, [message(-30), message(4, NEW, C, Purpose.REGISTER), message(5, NEW)], "open", None, []),
        # Proved, then the old number gets a code: something was left.
        (None, [message(4, NEW), message(6)], "reopened", at(4), [at(6)]),
        # ... and another code to the new number does not close it again, the person or the service does.
        (None, [message(4, NEW), message(6), message(7, NEW)], "reopened", at(4), [at(6)]),
        (Mark(at(8)), [message(4, NEW), message(6), message(7, NEW)], "proved", at(8), []),
        (None, [message(4, NEW), message(6), message(7, OLD, N, UNBIND, is_done=True)], "proved", at(7), []),
        # A parcel of a shop is no sign of an account; advertising never is.
        (Mark(at(3)), [message(5, OLD, B), message(5, OLD, What.NAMED)], "done", at(3), []),
        # Long before the plan the number was put to the account: that change was one to it, not away from it.
        (None, [message(-900, OLD, N, CHANGE, is_done=True)], "open", None, []),
        # Closed last year, nothing since; or joined again since.
        (None, [message(-300, OLD, N, DELETE, is_done=True)], "proved", at(-300), []),
        (None, [message(-300, OLD, N, DELETE, is_done=True), message(-9)], "open", None, []),
        # The person says that it is not done, whatever was seen.
        (Mark(at(5), is_done=False), [message(4, NEW)], "open", None, []),
        (Mark(at(5), is_done=False), [message(9, OLD, N, CHANGE, is_done=True)], "proved", at(9), []),
    ],
)  # fmt: skip
def test_how_it_stands(
    mark: Mark | None, messages: list[Evidence], state: str, since: dt.datetime | None, still: list[dt.datetime]
) -> None:
    """What a person reads beside the account: open, done, shown to be done, or open again with the days."""
    found = standing(account("alipay", *messages), mark, number=OLD, begun=BEGUN)
    assert (found.state, found.since, list(found.still)) == (state, since, still)
    assert found.is_open == (state in {"open", "reopened"})


def test_who_only_knows_it_as_a_customer_is_open_again_by_a_parcel() -> None:
    """A firm that has no account of the person still writes where the parcels are: that is all there is to stop."""
    found = standing(
        account("~parcels", message(5, OLD, B), grade=Relation.CUSTOMER), Mark(at(3)), number=OLD, begun=BEGUN
    )
    assert found.state is State.REOPENED


def test_messages_of_which_nobody_knows_where_they_came_to() -> None:
    """A person with one number: they came to it. With two, nobody can tell, and nothing is concluded."""
    strange = account("alipay", message(5, None))
    assert standing(strange, Mark(at(3)), number=OLD, begun=BEGUN).state is State.DONE
    assert standing(strange, Mark(at(3)), number=OLD, begun=BEGUN, is_only=True).state is State.REOPENED
    assert standing(strange, None, number=OLD, begun=BEGUN).state is State.OPEN
    mailed = account("alipay", letter(5, LOGIN))
    assert standing(mailed, Mark(at(3)), number=OLD, begun=BEGUN, is_only=True).state is State.DONE


def test_a_proof_says_how_sure_it_is() -> None:
    """ "Your number was changed" is the service's word; a code to the new number may be of a second account."""
    words, code = (
        standing(account("a", one), None, number=OLD, begun=BEGUN)
        for one in (message(2, NEW, N, CHANGE, is_done=True), message(2, NEW))
    )
    assert (words.is_sure, code.is_sure) == (True, False)
    assert words.proof is not None
    assert words.proof.ref.startswith("sms")


moments = st.floats(-400, 60, allow_nan=False).map(lambda days: round(days, 3))
messages_of_any_kind = st.builds(
    message,
    moments,
    st.sampled_from([OLD, NEW, None]),
    st.sampled_from(What),
    st.sampled_from(Purpose),
    is_done=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(messages_of_any_kind, max_size=6), st.none() | st.builds(Mark, moments.map(at), st.booleans()))
def test_no_history_is_told_wrong(messages: list[Evidence], mark: Mark | None) -> None:
    """A done mark is never lost: it is done, or open again with a message that came later, and never just open."""
    found = standing(account("a", *messages, number=None), mark, number=OLD, begun=BEGUN)
    if mark is not None and mark.is_done:
        assert found.state is not State.OPEN
        assert found.since is not None
        assert found.since >= mark.when
    assert (found.state is State.REOPENED) == bool(found.still)
    assert all(found.since is not None and when > found.since for when in found.still)
    assert (found.since is None) == (found.state is State.OPEN)
    if found.proof is not None:
        assert found.proof.source in {SourceKind.SMS, SourceKind.MAIL}
    backwards = standing(account("a", *reversed(messages), number=None), mark, number=OLD, begun=BEGUN)
    assert backwards.state is found.state, "the order in which messages are read makes no difference"
