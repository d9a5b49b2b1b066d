"""deploy and lint."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from engine import definitions
from engine.actor import Actor
from engine.errors import DiagramRefused, EngineError
from engine.lint import documentation
from engine.lint import lint as lint_files
from engine.runtime import Work
from handlers import registry
from web.settings import Settings
from web.system import database_server, make_runtime, prepare_database

ENDINGS = (".bpmn", ".dmn", ".form")
in_language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=lambda: "en" if os.environ.get("LANG", "").startswith("en") else "zh",
    help="language of the sentences; by default that of LANG, else Chinese",
)


def read_files(paths: tuple[Path, ...]) -> dict[str, bytes]:
    """Path in the release → content. Folders are read whole; a path begins at `bpmn/` or `forms/`."""
    found: dict[str, bytes] = {}
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.suffix in ENDINGS:
                found[release_path(file)] = file.read_bytes()
    if not found:
        raise EngineError("没有找到 .bpmn、.dmn 或 .form 文件")
    return found


def release_path(file: Path) -> str:
    """`…/bpmn/decisions/a.dmn` is `bpmn/decisions/a.dmn` in a release."""
    parts = file.absolute().parts
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] in ("bpmn", "forms"):
            return "/".join(parts[place:])
    return file.name


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="why this release is made")
@in_language
@click.pass_obj
def deploy(settings: Settings, paths: tuple[Path, ...], note: str, lang: str) -> None:
    """Checks and publishes diagrams, decisions and forms."""
    files = read_files(paths)
    with database_server(settings) as url:
        prepare_database(url)
        runtime = make_runtime(settings, url)

        def act(work: Work) -> int:
            return definitions.publish(work, files, note)

        try:
            release = runtime.run(Actor("cli", "命令行"), act)
        except DiagramRefused as error:
            for finding in error.findings:
                click.echo(finding.said(lang))
            raise
        click.echo(f"当前发布版本: {release}")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="findings as a JSON list")
@in_language
@click.option("--rules", is_flag=True, help="print what every rule refuses and why (docs/lint.md)")
@click.pass_context
def lint(
    ctx: click.Context, paths: tuple[Path, ...], as_json: bool, lang: str, rules: bool
) -> None:
    """Checks without a database; exit 1 on an error."""
    if rules:
        click.echo(documentation.markdown(), nl=False)
        return
    if not paths:
        raise click.UsageError("PATHS... is missing, for example: redeem lint bpmn forms")
    registry.load()
    findings = lint_files(read_files(paths))
    if as_json:
        listed = [finding.as_json() for finding in findings]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(finding.said(lang))
    ctx.exit(1 if any(f.severity == "error" for f in findings) else 0)


COMMANDS = (deploy, lint)
