"""All pages, one file a topic. A later room adds its file and a line here, in `navigation.py` and in `actions.py`."""

from typing import Final

from starlette.routing import BaseRoute

from phoneward.web.pages import (
    checkup,
    enter,
    home,
    jobs,
    parts,
    phones,
    settings,
    setup,
    setup_kit,
    setup_phone,
    setup_vault,
    setup_work,
    static,
    unlock,
    wireless,
)

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *static.ROUTES,
    *enter.ROUTES,
    *home.ROUTES,
    *checkup.ROUTES,
    *jobs.ROUTES,
    *unlock.ROUTES,
    *settings.ROUTES,
    *parts.ROUTES,
    *setup.ROUTES,
    *setup_phone.ROUTES,
    *setup_vault.ROUTES,
    *setup_kit.ROUTES,
    *setup_work.ROUTES,
    *phones.ROUTES,
    *wireless.ROUTES,
)
