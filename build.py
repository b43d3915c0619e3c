#!/usr/bin/env python3
"""Sets up, builds, serves and tests Lectern. ``python3 build.py --help`` lists the commands."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the message is for whoever has less
    sys.exit("build.py needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info))

from tools.build.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
