"""A person with a keyboard and no mouse: Tab, Enter, typing; where they are must be seen at every step."""

from playwright.sync_api import Page

MAX_TABS = 150
AT = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        tag: one.outerHTML.slice(0, 150),
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
    };
}"""


class Keys:
    """A way through pages by keyboard alone; without JavaScript the focus is set instead of walked to and checked."""

    def __init__(self, page: Page, *, script: bool = True) -> None:
        self.page, self.script = page, script

    def reach(self, selector: str) -> None:
        """Press Tab until the focus is on the first of what `selector` names; it is seen wherever it is."""
        target = self.page.locator(selector).first
        if not self.script:
            target.focus()
            return
        for _press in range(MAX_TABS):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(AT)
            assert at["ring"], f"no ring around {at['tag']}"
            assert at["seen"], f"out of sight: {at['tag']}"
        raise AssertionError(f"{selector} is not reached by Tab on {self.page.url}")

    def press(self, selector: str) -> None:
        """Press a button or follow a link; it leads to another page."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, selector: str, text: str) -> None:
        """Type into a field, in the place of what is there."""
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def enter(self) -> None:
        """Send what was typed."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def heading(self) -> str:
        """Return what the page is called."""
        return self.page.locator("h1").inner_text()
