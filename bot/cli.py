"""The command `kajitori`: one file a subcommand in `bot.terminal`, loaded when it is used, more by entry points.

A package adds a subcommand by an entry point in the group `kajitori.subcommands` that names a Click command.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any, Final, NoReturn, final

import click

from bot.errors import KajitoriError
from bot.terminal.errors import Exit, exit_code, leaf, show_error
from bot.terminal.screen import Screen, language_of
from bot.text import Code, text

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Clusters": ("exec", "plan"),
    "The bot": ("run", "doctor", "config", "manifest"),
    "Rules and records": ("policy", "audit"),
}
SUBCOMMANDS: Final = "kajitori.subcommands"
EPILOG: Final = 'Begin with: kajitori doctor    Look: kajitori exec "get pods -n shop"'


@final
class Commands(click.Group):
    """Our own subcommands in sections, then those of other packages. Nothing is imported before it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        own = [name for names in SECTIONS.values() for name in names]
        return [*own, *(name for name in sorted(_others()) if name not in own)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if any(cmd_name in names for names in SECTIONS.values()):
            found = getattr(import_module(f"bot.terminal.{cmd_name}"), "command", None)
        else:
            entry = _others().get(cmd_name)
            found = entry.load() if entry is not None else None
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = {name for names in SECTIONS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in known)
        for title, names in (*SECTIONS.items(), ("More", others)):
            rows = [(name, self._short_help(ctx, name)) for name in names]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _short_help(self, ctx: click.Context, name: str) -> str:
        try:
            found = self.get_command(ctx, name)
        except (ImportError, AttributeError) as error:
            return f"(cannot be loaded: {type(error).__name__})"
        return found.get_short_help_str(limit=90) if found is not None else "(is no command)"


@click.group(
    cls=Commands,
    no_args_is_help=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(version("kajitori"), "--version", prog_name="kajitori", message="%(prog)s %(version)s")
def kajitori() -> None:
    """Operate Kubernetes from Slack, as the person who asked, with approvals bound to a plan."""


def main() -> NoReturn:
    """The entry point of the command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code (`bot.terminal.errors.Exit`). Never lets a traceback reach a person."""
    screen = Screen(locale=language_of(os.environ))
    try:
        code = kajitori.main(args=arguments, prog_name="kajitori", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx is not None else "")
        return Exit.DONE
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _silence()
        return Exit.FAILED
    except Exception as error:
        return _failed(screen, leaf(error))
    return code if isinstance(code, int) else Exit.DONE


def _failed(screen: Screen, error: BaseException) -> int:
    if isinstance(error, KajitoriError):
        show_error(screen, error)
        return exit_code(error)
    if os.environ.get("KAJITORI_LOG") == "debug":
        raise error
    screen.aside(text("error: this should not have happened ({kind}).", kind=Code(type(error).__name__)))
    screen.aside(text("Set {variable} to see where, and report it.", variable=Code("KAJITORI_LOG=debug")), indent=2)
    return Exit.BUG


def _silence() -> None:
    """Whoever read the output has gone; the interpreter's last flush must not complain about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _others() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=SUBCOMMANDS)}


__all__: list[Any] = ["kajitori", "main", "run"]


if __name__ == "__main__":
    main()
