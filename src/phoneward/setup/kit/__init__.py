"""The recovery kit: one sheet that says how to get everything back without Phoneward and without this computer."""

from phoneward.setup.kit.files import KitWritten, default_file, holds_kit, write_kit
from phoneward.setup.kit.sheet import KitFacts, Sheet, make_sheet, plain_settings
from phoneward.setup.kit.show import as_html, as_pdf, as_text

__all__ = [
    "KitFacts",
    "KitWritten",
    "Sheet",
    "as_html",
    "as_pdf",
    "as_text",
    "default_file",
    "holds_kit",
    "make_sheet",
    "plain_settings",
    "write_kit",
]
