"""The command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools.build import terminal
from tools.build.context import Context
from tools.build.errors import BuildError

if TYPE_CHECKING:
    from tools.build.voice_settings import VoiceSettings


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
    except BrokenPipeError:
        # Whoever reads our output has seen enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
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
    _add_voice_settings(serve)
    serve.set_defaults(run=_serve)

    build = commands.add_parser("build", help="make dist/, the app as static files")
    _add_voice_settings(build)
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

    _add_pack(commands.add_parser("pack", help="render texts ahead, for whoever visits first"))
    _add_preload(
        commands.add_parser(
            "preload", help="render the page's lists of phrases ahead, as pack does"
        )
    )

    _add_voice(commands.add_parser("voice", help="list, add, remove and verify Piper voices"))

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


def _add_pack(pack: argparse.ArgumentParser) -> None:
    pack.add_argument("texts", nargs="+", metavar="TEXT", help="documents; JSON: lists of phrases")
    pack.add_argument("--voice", required=True, metavar="ID", help="who says them")
    pack.add_argument("--style", metavar="NAME", help="how: calm, lively, storytelling, …")
    pack.add_argument("--speaker", metavar="NAME", help="of a voice with several; name or number")
    pack.add_argument("--length-scale", type=float, metavar="X", help="2 is half as fast")
    pack.add_argument("--title", default="", help="in place of the document's own")
    pack.add_argument("--phrases", action="store_true", help="the texts have a phrase a line")
    pack.add_argument(
        "--bitrate", type=int, default=24_000, metavar="N", help="bits a second (%(default)s)"
    )
    pack.add_argument("--jobs", type=int, metavar="N", help="processes; default: one a core")
    pack.add_argument("--prune", action="store_true", help="remove what no packed text needs")
    pack.add_argument(
        "--dask", default="", metavar="ADDRESS", help="render on the Dask cluster there"
    )
    pack.set_defaults(run=_pack)


def _add_preload(preload: argparse.ArgumentParser) -> None:
    preload.add_argument("--voice", required=True, metavar="ID", help="who says them")
    preload.add_argument(
        "--category", action="append", metavar="NAME", help="of web/phrases; again for more"
    )
    preload.add_argument(
        "--style", action="append", metavar="NAME", help="in place of the categories' own"
    )
    preload.add_argument("--jobs", type=int, metavar="N", help="processes; default: one a core")
    preload.set_defaults(run=_preload)


def _add_voice(voice: argparse.ArgumentParser) -> None:
    actions = voice.add_subparsers(metavar="ACTION", required=True)
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument(
        "--source",
        metavar="URL|FOLDER",
        help="a mirror of the collection, or a folder with voices, in place of voices.source",
    )
    show = actions.add_parser("list", parents=[source], help="the collection's voices")
    show.add_argument("--language", metavar="NAME", help="of one language: fr, fr_FR or French")
    show.set_defaults(run=_voice_list)
    add = actions.add_parser("add", parents=[source], help="fetch voices for the next build")
    add.add_argument("ids", nargs="+", metavar="ID", help="for instance fr_FR-siwis-medium")
    add.set_defaults(run=_voice_add)
    remove = actions.add_parser("remove", help="take voices away")
    remove.add_argument("ids", nargs="+", metavar="ID")
    remove.add_argument("--force", action="store_true", help="even the last one")
    remove.set_defaults(run=_voice_remove)
    verify = actions.add_parser("verify", help="read all voices anew and compare their hashes")
    verify.set_defaults(run=_voice_verify)


def _add_voice_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--voices-source",
        metavar="URL",
        help="where the page installs voices from ('' for nowhere), in place of pyproject.toml's",
    )
    command.add_argument(
        "--voices-origin",
        action="append",
        metavar="ORIGIN",
        help="a host that the page may ask for voices; again for more",
    )


def _voice_settings(ctx: Context, arguments: argparse.Namespace) -> VoiceSettings:
    from tools.build import voice_settings

    return voice_settings.load(
        ctx.layout.root, source=arguments.voices_source, origins=arguments.voices_origin
    )


# The commands are imported when they are asked for: --help has to be quick.


def _serve(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.building import build
    from tools.build.serve import serve

    build(ctx, _voice_settings(ctx, arguments))
    return serve(ctx.layout.dist, arguments.host, arguments.port, open_page=not arguments.no_open)


def _build(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.building import build

    build(ctx, _voice_settings(ctx, arguments))
    return 0


def _voice_list(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build import voice_command

    return voice_command.show(ctx, language=arguments.language, source=arguments.source)


def _voice_add(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build import voice_command

    return voice_command.add(ctx, arguments.ids, source=arguments.source)


def _voice_remove(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build import voice_command

    return voice_command.remove(ctx, arguments.ids, force=arguments.force)


def _voice_verify(ctx: Context, _: argparse.Namespace) -> int:
    from tools.build import voice_command

    return voice_command.verify(ctx)


def _test(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.testing import test

    return test(ctx, arguments.pytest)


def _bench(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.testing import bench

    return bench(ctx, arguments.bench)


def _pack(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.pack import pack

    return pack(
        ctx,
        arguments.texts,
        voice=arguments.voice,
        style=arguments.style,
        speaker=arguments.speaker,
        length_scale=arguments.length_scale,
        bitrate=arguments.bitrate,
        title=arguments.title,
        phrases=arguments.phrases,
        jobs=arguments.jobs,
        prune=arguments.prune,
        dask=arguments.dask,
    )


def _preload(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.building import build
    from tools.build.pack import pack
    from tools.build.preload import preload

    return preload(
        ctx,
        pack,
        build,
        voice=arguments.voice,
        categories=arguments.category,
        styles=arguments.style,
        jobs=arguments.jobs,
    )


def _check(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.check import check

    return check(ctx, fix=arguments.fix, accept_vendored=arguments.accept_vendored)


def _clean(ctx: Context, arguments: argparse.Namespace) -> int:
    from tools.build.clean import clean

    return clean(ctx, everything=arguments.all)
