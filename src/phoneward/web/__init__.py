"""The local page: what the command line does, for people who would rather look and press."""

from phoneward.web.app import make_app
from phoneward.web.context import WebContext
from phoneward.web.opening import redirect_file, show
from phoneward.web.pages.story import chapters
from phoneward.web.server import PageServer, listen, port_of

__all__ = ["PageServer", "WebContext", "chapters", "listen", "make_app", "port_of", "redirect_file", "show"]
