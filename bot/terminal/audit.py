"""`kajitori audit verify|export|show|keys`: the record proved, taken away, read. Nothing is written to the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.audit.chain import request_chain
from bot.audit.export import export as write_export
from bot.audit.reading import records_of
from bot.audit.report import Report
from bot.audit.signatures import key_id, public_keys
from bot.audit.verification import verify_database, verify_export
from bot.clock import SystemClock
from bot.errors import NotFound, NotUnderstood, Refused
from bot.settings import Settings, load_key, load_settings
from bot.settings.key import FILE
from bot.store.database import Database
from bot.store.inspection import open_to_look
from bot.store.sealing import Key, Keyring
from bot.terminal.errors import Exit
from bot.terminal.options import OUTPUT
from bot.terminal.plan_document import ordered
from bot.terminal.screen import Screen
from bot.terminal.start import the_screen
from bot.text import Code, text

DATABASE = click.option("--database", default="", metavar="URL", help="The database (else KAJITORI_DATABASE_URL).")


@click.group("audit", no_args_is_help=True)
def command() -> None:
    """Prove, export and read the audit record."""


@command.command("verify")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@DATABASE
@OUTPUT
@click.option("--checkpoints", type=click.Path(path_type=Path, exists=True), help="The checkpoint file to hold it to.")
@click.option("--public-key", "keys", multiple=True, metavar="HEX", help="For an export: trust only these keys.")
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path | None,
    database: str,
    output: str,
    checkpoints: Path | None,
    keys: tuple[str, ...],
) -> None:
    """Verify the database, or the export FILE, on any machine; 1 if anything is not as it was written."""
    screen = the_screen()
    if file is None:
        report = asyncio.run(_verified(database, checkpoints))
    else:
        trusted = {key_id(key): key for key in map(_public_key, keys)} or None
        with file.open("rb") as lines:
            report = verify_export(lines, trusted=trusted, checkpoint_file=checkpoints)
    _show_report(screen, report, json=output == "json")
    ctx.exit(Exit.DONE if report.intact else Exit.FAILED)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@DATABASE
def export(file: Path, database: str) -> None:
    """Write the whole record to FILE (JSON Lines), which stands alone and can be verified for years."""
    screen = the_screen()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(
            text("{path} cannot be written.", path=Code(str(file))),
            why=text("The system says: {reason}.", reason=error.strerror or "unknown"),
            next=text("Name a file that is not there yet."),
        ) from error
    try:
        records = asyncio.run(_exported(database, descriptor))
    except BaseException:
        file.unlink()
        raise
    screen.say(text("{count} records written to {path}.", count=records, path=Code(str(file))))


@command.command("show")
@click.argument("request", metavar="REQUEST")
@DATABASE
@OUTPUT
def show(request: str, database: str, output: str) -> None:
    """Show the records of a request, such as R-142."""
    number = request.upper().removeprefix("R-")
    if not (number.isascii() and number.isdecimal()):
        raise NotUnderstood(
            text("{request} is no request.", request=Code(request)),
            next=text("Write it as {form}.", form=Code("R-142")),
        )
    asyncio.run(_show(database, int(number), the_screen(), json=output == "json"))


@command.command("keys")
def keys() -> None:
    """Print this installation's public keys, to compare an export's with."""
    screen = the_screen()
    for name, key in public_keys(the_keyring(load_settings())).items():
        screen.line(f"{name}   {key.hex()}")


def the_keyring(settings: Settings) -> Keyring:
    """The installation's key. Raises `Refused` if there is none: one made now would fit nothing."""
    if not settings.key.get_secret_value() and not os.path.lexists(settings.data / FILE):
        raise Refused(
            text("There is no key in {folder}.", folder=Code(str(settings.data))),
            next=text("Set {data} or {key} as for the bot.", data=Code("KAJITORI_DATA"), key=Code("KAJITORI_KEY")),
        )
    return Keyring(Key(load_key(settings)))


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[Database]:
    settings = load_settings()
    url = address or settings.database
    async with open_to_look(url, keyring=the_keyring(settings), clock=SystemClock()) as database:
        yield database


async def _verified(address: str, checkpoints: Path | None) -> Report:
    async with _opened(address) as database:
        return await verify_database(database, checkpoint_file=checkpoints)


async def _exported(address: str, descriptor: int) -> int:
    with os.fdopen(descriptor, "wb") as out:
        async with _opened(address) as database:
            records = (await write_export(database, out)).records
        out.flush()
        os.fsync(out.fileno())
    return records


async def _show(address: str, number: int, screen: Screen, *, json: bool) -> None:
    async with _opened(address) as database, database.read() as tx:
        stored = await records_of(tx, request_chain(number))
    if not stored:
        raise NotFound(
            text("There is no request {request}.", request=Code(f"R-{number}")),
            next=text("Check the number, and whether this is the database of the bot that gave it."),
        )
    found = [each.record for each in stored]
    if json:
        screen.json(
            [
                {
                    "at": each.at.isoformat(),
                    "event": each.event.value,
                    "actor": each.actor,
                    "detail": ordered(each.detail),
                }
                for each in found
            ]
        )
        return
    rows = tuple((f"{each.at:%Y-%m-%d %H:%M:%S} UTC", each.event.value, each.actor) for each in found)
    screen.table(("AT", "EVENT", "ACTOR"), rows)


def _show_report(screen: Screen, report: Report, *, json: bool) -> None:
    if json:
        screen.json(
            {
                "intact": report.intact,
                "records": report.records,
                "chains": report.chains,
                "seals": report.seals,
                "unsealed": report.unsealed,
                "lastSeal": report.last_seal,
                "keys": list(report.keys),
                "keysDeclared": report.declared,
                "findings": [screen.sentence(each) for each in report.findings],
                "more": report.more,
            }
        )
        return
    for line in report.lines():
        screen.line(f"{'✓' if report.intact else '✗'} {screen.sentence(line)}")
    if report.declared:
        named = Code(", ".join(report.keys) or "-")
        screen.aside(
            text(
                "The export names its own keys ({keys}): compare them with {command}, or pass {flag}.",
                keys=named,
                command=Code("kajitori audit keys"),
                flag=Code("--public-key"),
            )
        )


def _public_key(written: str) -> bytes:
    try:
        key = bytes.fromhex(written)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise NotUnderstood(
            text("{key} is no public key: 64 hexadecimal digits.", key=Code(written)),
            next=text("{command} prints an installation's own.", command=Code("kajitori audit keys")),
        )
    return key
