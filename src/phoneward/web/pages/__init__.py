"""All pages, one file a topic. A later room adds its file and a line here, in `navigation.py` and in `actions.py`."""

from typing import Final

from starlette.routing import BaseRoute

from phoneward.web.pages import checkup, enter, home, jobs, parts, settings, static, story, unlock

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *static.ROUTES,
    *enter.ROUTES,
    *home.ROUTES,
    *checkup.ROUTES,
    *jobs.ROUTES,
    *unlock.ROUTES,
    *settings.ROUTES,
    *parts.ROUTES,
    *story.ROUTES,
)
