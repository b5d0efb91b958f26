"""A look for what is left, over the vault of the pages."""

from tests.web.setup_help import ended
from tests.web.site import Visitor


def looked_for_what_is_left(visitor: Visitor, what: str = "deleted", app: str = "") -> str:
    """Look, and return the page that shows what was found."""
    answer = visitor.post("/rescue/search", {"what": what, "app": app, "when": ""})
    assert answer.status_code == 303
    assert "/rescue/left" in ended(visitor, answer).text
    return visitor.get("/rescue/left").text
