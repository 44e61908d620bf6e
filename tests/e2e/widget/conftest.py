"""A site that shows the desk's chat, and a browser on it."""

import pytest

from tests.doors import Site
from tests.e2e.host_site import COMPLAINT, HostSite
from tests.rooms import reading


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path, embed_sites=("http://localhost:*",)) as running:
        running.room.table[COMPLAINT] = reading("carton.empty", product="奶茶")
        yield running


@pytest.fixture
def shop(site):
    """A site that the desk allows, with the line in its pages."""
    host = HostSite(site.url)
    site.run(host.open())
    yield host
    site.run(host.close())


@pytest.fixture
def heard(page):
    """What the console said: warnings and errors."""
    lines = []
    page.on("pageerror", lambda error: lines.append(str(error)))
    page.on("console", lambda line: lines.append(line.text) if line.type in ("error", "warning") else None)
    page.set_default_timeout(15_000)
    return lines
