"""The ``check`` command: lint, types, and the hashes of everything vendored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tools.build import npm, repo_rules, shell, terminal, vendor, vendored, venv, voices
from tools.build.context import Context
from tools.build.errors import BuildError

_PYTHON = ("build.py", "tools", "tests", "web/py")
_PROJECTS = ("tsconfig.json", "tsconfig.worker.json", "tsconfig.worklet.json")


def check(ctx: Context, *, fix: bool = False, accept_vendored: bool = False) -> int:
    """Run every check, also after one failed; 0 when all passed.

    ``fix`` formats first. ``accept_vendored`` writes the present hashes instead of
    comparing with the committed ones.
    """
    python = venv.install(ctx, "dev")
    npm.ensure(ctx)
    if accept_vendored:
        vendor.vendor_all(ctx, checked=False)
        changed = vendored.accept(ctx)
        terminal.note(f"vendored.json was {'renewed; commit it' if changed else 'up to date'}.")
    checks: list[tuple[str, Callable[[], None]]] = [
        ("ruff", lambda: _ruff(ctx, python, fix=fix)),
        ("mypy --strict", lambda: _mypy(ctx, python)),
        ("tsc --strict", lambda: _tsc(ctx)),
        ("vendored files", lambda: vendor.vendor_all(ctx)),
        ("voices", lambda: _voices(ctx, fix=fix)),
        ("the repository's rules", lambda: _rules(ctx)),
    ]
    failed = []
    for name, run in checks:
        try:
            with terminal.step(f"Checking {name}"):
                run()
        except BuildError as reason:
            terminal.error(reason.what, reason.hint)
            failed.append(name)
    ctx.hashes.save()
    if failed:
        terminal.error(f"Checks that failed: {', '.join(failed)}.")
        return 1
    terminal.done("all checks passed")
    return 0


def _ruff(ctx: Context, python: Path, *, fix: bool) -> None:
    ruff = (str(python), "-m", "ruff")
    hint = "python3 build.py check --fix mends what can be mended."
    if fix:
        shell.run([*ruff, "check", "--fix", "--exit-zero", *_PYTHON], cwd=ctx.layout.root)
        shell.run([*ruff, "format", *_PYTHON], cwd=ctx.layout.root)
    shell.run([*ruff, "check", *_PYTHON], cwd=ctx.layout.root, hint=hint)
    shell.run([*ruff, "format", "--check", *_PYTHON], cwd=ctx.layout.root, hint=hint)


def _mypy(ctx: Context, python: Path) -> None:
    shell.run([python, "-m", "mypy"], cwd=ctx.layout.root)


def _tsc(ctx: Context) -> None:
    compiler = ctx.layout.node_modules / "typescript" / "bin" / "tsc"
    program = npm.node(ctx)
    outputs = []
    for project in _PROJECTS:
        try:
            shell.run([program, compiler, "-p", project], cwd=ctx.layout.root)
        except BuildError as reason:
            outputs.append(reason.hint)
    if outputs:
        raise BuildError("The type checker found errors.", "\n".join(outputs))


def _voices(ctx: Context, *, fix: bool) -> None:
    """The committed catalogue has to be that of the committed voices."""
    catalogue = ctx.layout.voices / voices.CATALOGUE
    wanted = voices.committed_text(ctx.layout.voices)
    if fix:
        catalogue.write_text(wanted, "utf-8", newline="\n")
    if not catalogue.is_file() or catalogue.read_text("utf-8") != wanted:
        raise BuildError(
            "public/models/piper/voices.json is not that of the voices beside it.",
            "python3 build.py build writes it anew; commit it.",
        )


def _rules(ctx: Context) -> None:
    found = repo_rules.problems(ctx.layout.root)
    if found:
        raise BuildError("The repository's own rules are broken.", "\n".join(found))
