"""For both test suites, so nothing but pytest is imported: what counts as skipped, and what doesn't in CI.

And the one Rasa that the desk's tests share.
"""

import gc
import os

import pytest

_WHY_CHARACTERS = 3000  # of a traceback


@pytest.fixture(scope="session")
def rasa(tmp_path_factory):
    """One Rasa with the trained model for all tests."""
    from tests.e2e.stack import SharedRasa

    with SharedRasa(tmp_path_factory.mktemp("rasa")) as running:
        yield running


def _in_ci():
    return os.environ.get("CI", "").lower() in {"true", "1"}


def _refuse(report):
    """Turn a skip into a failure: in CI all that tests need is installed, so a skip hides something."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped, which is a failure with CI=true: {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what uses the shared Rasa: there would be a second one if it ran elsewhere than its like."""
    for item in items:
        if "rasa" in getattr(item, "fixturenames", ()):
            item.add_marker("rasa")


def pytest_collection_finish(session):
    """Let the garbage collector seldom look at what stays, such as imports: an eighth of the time."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 100)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if _in_ci() and report.skipped and not hasattr(report, "wasxfail"):
        _refuse(report)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    report = outcome.get_result()
    if _in_ci() and report.outcome == "skipped":
        _refuse(report)


def pytest_terminal_summary(terminalreporter):
    """Say why a test needed its second try: in CI nobody can look at it any more."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"why {report.nodeid} was tried again ({report.when})")
        terminalreporter.line(report.longreprtext[-_WHY_CHARACTERS:])
