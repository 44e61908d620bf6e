"""A desk with some months of complaints, and a supervisor's browser."""

from datetime import UTC, datetime

import pytest

from bot.domain.people import Role
from tests.doors import Site
from tests.e2e.pages import sign_in
from tests.reports import NOW, fill


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        clock = running.door.desk.clock
        clock.turn(seconds=(NOW - clock.now()).total_seconds())
        running.run(fill(running.door.desk.units, running.door.desk.words))
        running.run(running.door.person("su", "苏主管", Role.SUPERVISOR))
        # Signing in is real: the browser's cookie lives by the browser's time.
        assert clock.now() < datetime.now(UTC)
        yield running


@pytest.fixture
def supervisor(someone, site):
    """Opens a page as the supervisor."""

    def enter(width=1280, scheme="light", address="/desk/reports"):
        page = someone(width, 900, color_scheme=scheme, accept_downloads=True)
        sign_in(page, site.url, "su")
        page.wait_for_url("**/desk")
        page.goto(f"{site.url}{address}")
        return page

    return enter
