"""The command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tools.build import terminal
from tools.build.context import Context
from tools.build.errors import BuildError


def main(argv: Sequence[str]) -> int:
    """Run one command; its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(Context.of(), arguments)
    except BuildError as reason:
        terminal.error(reason.what, reason.hint)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Sets up, builds, serves and tests Lectern.",
        epilog="The first two to know: `python3 build.py serve` and `python3 build.py test`.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="build, serve dist/ on localhost, open a browser")
    serve.add_argument("--host", default="localhost", help="address to listen on (%(default)s)")
    serve.add_argument(
        "--port", type=int, default=8000, help="port, 0 for a free one (%(default)s)"
    )
    serve.add_argument("--no-open", action="store_true", help="don't open a browser")
    serve.set_defaults(run=_serve)

    build = commands.add_parser("build", help="make dist/, the app as static files")
    build.set_defaults(run=_build)

    test = commands.add_parser(
        "test", help="install all that is needed, build, check and run every test"
    )
    test.add_argument(
        "pytest", nargs="*", metavar="ARG", help="after --: given to pytest (then without check)"
    )
    test.set_defaults(run=_test)

    bench = commands.add_parser("bench", help="build, then measure (tests/bench)")
    bench.add_argument("bench", nargs=argparse.REMAINDER, metavar="ARG", help="given to run.py")
    bench.set_defaults(run=_bench)

    check = commands.add_parser("check", help="lint, types, hashes of everything vendored")
    check.add_argument("--fix", action="store_true", help="format and fix what can be fixed")
    check.add_argument(
        "--accept-vendored",
        action="store_true",
        help="write the hashes of what is vendored now to tools/build/vendored.json",
    )
    check.set_defaults(run=_check)

    clean = commands.add_parser("clean", help="remove what was built")
    clean.add_argument("--all", action="store_true", help="also .venv and node_modules")
    clean.set_defaults(run=_clean)
    return parser


# The commands are imported when they are asked for: --help has to be quick.


def _serve(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.building import build
    from tools.build.serve import serve

    build(ctx)
    return serve(ctx.layout.dist, arguments.host, arguments.port, open_page=not arguments.no_open)


def _build(ctx: Context, _: argparse.Namespace) -> int:
    from tools.build.building import build

    build(ctx)
    return 0


def _test(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.testing import test

    return test(ctx, arguments.pytest)


def _bench(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.testing import bench

    return bench(ctx, arguments.bench)


def _check(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.check import check

    return check(ctx, fix=arguments.fix, accept_vendored=arguments.accept_vendored)


def _clean(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.clean import clean

    return clean(ctx, everything=arguments.all)
