"""All pages, one file a topic. A later room adds its file and a line here, in `navigation.py` and in `actions.py`."""

from typing import Final

from starlette.routing import BaseRoute

from phoneward.web.pages import (
    browse,
    checkup,
    content,
    coverage,
    differences,
    enter,
    home,
    jobs,
    keys,
    parts,
    removing,
    restore,
    search,
    settings,
    snapshots,
    static,
    story,
    unlock,
    vault,
)

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *static.ROUTES,
    *enter.ROUTES,
    *home.ROUTES,
    *checkup.ROUTES,
    *jobs.ROUTES,
    *unlock.ROUTES,
    *snapshots.ROUTES,
    *browse.ROUTES,
    *content.ROUTES,
    *search.ROUTES,
    *differences.ROUTES,
    *coverage.ROUTES,
    *removing.ROUTES,
    *restore.ROUTES,
    *vault.ROUTES,
    *keys.ROUTES,
    *settings.ROUTES,
    *parts.ROUTES,
    *story.ROUTES,
)
