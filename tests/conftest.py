"""Fixtures of all suites: of a browser in browser.py, of the app open in one in returning.py."""

pytest_plugins = ["tests.browser", "tests.returning"]
