"""One jinja2 environment for all pages: everything escaped, undefined names are errors, sentences translated."""

import base64
import functools
import hashlib
from importlib.resources import files

import jinja2
from markupsafe import Markup

from phoneward.errors import readable
from phoneward.texts import _, current_language, enumeration, formats, labelled, ngettext, sentences

HTML_LANGUAGES = {"en": "en", "zh_CN": "zh-Hans", "zh_TW": "zh-Hant"}
"""Catalogue → BCP 47, so that browsers choose the right glyphs and readers the right voice."""


def environment(*packages: tuple[str, str]) -> jinja2.Environment:
    """Return an environment for HTML templates.

    `{% trans %}` and `_()` speak the language that is current when a page is rendered. Text from phones and files goes
    through the filter `readable`; everything is escaped on top of that.

    Args:
        packages: (package, folder in it) pairs where templates are looked for, in this order.
    """
    found = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package, folder) for package, folder in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["ext.i18n.trimmed"] = True
    # The i18n extension adds this method at run time; jinja2's types do not know it.
    found.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.filters |= {
        "readable": readable,
        "size": formats.size,
        "moment": formats.moment,
        "date": formats.date,
        "day": formats.day,
        "duration": formats.duration,
    }
    found.globals |= {
        "enumeration": enumeration,
        "labelled": labelled,
        "sentences": sentences,
        "formats": formats,
        "html_language": lambda: HTML_LANGUAGES.get(current_language(), "en"),
    }
    return found


def standalone_page(package: str, template: str, style: str, **values: object) -> bytes:
    """Return a page that needs nothing else, UTF-8: its style stands in it, and a policy forbids all but that.

    Args:
        package: below whose `templates` both lie.
        template: name of the page's template; it extends `standalone.html`, which holds the policy and the style.
        style: name of the CSS file.
        values: what the template shows; `mark` is what an earlier document is known by (`save_document`).
    """
    css = _style(package, style)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    page = (
        _templates(package)
        .get_template(template)
        .render(
            style=Markup(css),  # noqa: S704 - our own file, no text of anybody else's
            style_hash=f"sha256-{digest}",
            **values,
        )
    )
    return page.encode("utf-8", "backslashreplace")


@functools.cache
def _templates(package: str) -> jinja2.Environment:
    return environment((package, "templates"), ("phoneward.paper", "templates"))


@functools.cache
def _style(package: str, name: str) -> str:
    return (files(package) / "templates" / name).read_text("utf-8").replace("\r\n", "\n")
