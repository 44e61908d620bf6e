"""For both test suites, so nothing but pytest is imported: what counts as skipped, and what doesn't in CI."""

import os

import pytest


def _in_ci():
    return os.environ.get("CI", "").lower() in {"true", "1"}


def _refuse(report):
    """Turn a skip into a failure: in CI all that tests need is installed, so a skip hides something."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped, which is a failure with CI=true: {reason}"


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
