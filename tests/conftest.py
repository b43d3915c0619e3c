"""Fixtures of all suites. Those that need a browser are in browser.py."""

pytest_plugins = ["tests.browser"]
