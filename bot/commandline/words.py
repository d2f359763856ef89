"""A delivery's text as words: Slack's and the keyboard's quirks undone, then split as a POSIX shell does.

Nothing is expanded: no variables, globs, tildes or substitutions, and no shell stands behind it. `\\` before a
character keeps it exactly as it is, also from the undoing; `quoted` relies on that, so that every word can be written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.commandline.quirks import narrow, undo_slack
from bot.errors import Choice, NotUnderstood
from bot.text import Code, text

SINGLE: Final = "'‘’‚‛"
DOUBLE: Final = '"“”„‟«»'
DASHES: Final = "‐‑‒–—―−ー"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]*[A-Za-z0-9_@%+=:,/-]")
_MENTION: Final = re.compile(r"<[@#!][A-Za-z0-9^]+>")
_LEADING_DASHES: Final = re.compile(rf"[-{DASHES}]+")
_CONTINUATION: Final = re.compile(r"\\[ \t]*\n")
_OPERATORS: Final = frozenset("|;&<>")
_BROKEN: Final = re.compile(r"&(?=(?:amp|lt|gt);)|<(?=[@#!A-Za-z])")


def words(raw: str) -> list[str]:
    """The words of a Slack text, as a shell would hand them to a program.

    Raises `NotUnderstood` for what cannot be split without a guess: too long, unseen characters, open quotes, a second
    line that is not continued, and shell operators.
    """
    typed = undo_slack(raw).strip()
    found = _Splitter(typed).split()
    if found and found[0].bare == "$":
        found = found[1:]
    if found:
        found[-1].drop_full_stop()
    return [word.finished() for word in found]


def quoted(found: Iterable[str]) -> str:
    """One line that `words` (and a shell) reads back as exactly these words."""
    return " ".join(quote(word) for word in found)


def quote(word: str) -> str:
    """A word as one would type it: as it is where that is safe, else in single quotes."""
    if _PLAIN.fullmatch(word):
        return word
    pieces = re.split(f"([{SINGLE}{DOUBLE}])", word) if word else [""]
    return "".join(
        f"\\{piece}" if index % 2 else f"'{_BROKEN.sub(_apart, piece)}'"
        for index, piece in enumerate(pieces)
        if piece or not word
    )


def _apart(mark: re.Match[str]) -> str:
    """An empty pair of quotes after the mark, so that it is not taken for an entity or a link of Slack's."""
    return mark.group() if _MENTION.match(mark.string, mark.start()) else mark.group() + "''"


@dataclass
class _Word:
    """A word in the making; `bare` has a NUL for each character that was quoted, so that only bare ones are undone."""

    text: str = ""
    bare: str = ""

    def add(self, characters: str, *, bare: bool) -> None:
        self.text += characters
        self.bare += characters if bare else "\0" * len(characters)

    def drop_full_stop(self) -> None:
        """Phones and habit end a sentence with a stop; a path such as `.` or `../..` keeps it."""
        kept = len(self.bare.rstrip(".。"))
        if kept and self.bare[kept - 1] != "/":
            self.text, self.bare = self.text[:kept], self.bare[:kept]

    def finished(self) -> str:
        """The word with typographic dashes at its start read as the `--` or `-` that was typed."""
        run = _LEADING_DASHES.match(self.bare)
        if run is None:
            return self.text
        dashes, rest = run.group(), self.text[run.end() :]
        if dashes.strip("-"):
            single = (not rest[:1].isalpha() and bool(rest)) or len(rest.partition("=")[0]) == 1
            dashes = "-" if single else "--"
        name, equals, value = rest.partition("=")
        return dashes + re.sub(f"[{DASHES}]", "-", name) + equals + value


@dataclass
class _Splitter:
    """One pass over the text. A quote closes at its own shape (straight or curly); if that is missing, at the other."""

    text: str
    at: int = 0
    found: list[_Word] = field(default_factory=list)
    open: _Word | None = None

    def split(self) -> list[_Word]:
        while self.at < len(self.text):
            self.step()
        return self.found

    def word(self) -> _Word:
        if self.open is None:
            self.open = _Word()
            self.found.append(self.open)
        return self.open

    def step(self) -> None:
        character = narrow(self.text[self.at])
        if character in SINGLE or character in DOUBLE:
            self.quotation(SINGLE if character in SINGLE else DOUBLE)
        elif character == "\\":
            self.escape()
        elif character == "\n":
            self.line_end()
        elif character == "\t" or unicodedata.category(character) == "Zs":
            self.open, self.at = None, self.at + 1
        elif character == "`":
            self.at += 1
        elif mention := _MENTION.match(self.text, self.at):
            self.word().add(mention.group(), bare=False)
            self.at = mention.end()
        elif character in _OPERATORS:
            raise NotUnderstood(
                text("No shell stands behind this: {mark} does nothing here.", mark=Code(character)),
                next=text(
                    "Nothing was done. Send one command; put a value that holds {mark} in quotes.", mark=Code(character)
                ),
            )
        else:
            self.word().add(character, bare=True)
            self.at += 1

    def quotation(self, marks: str) -> None:
        start, opening = self.at + 1, self.text[self.at]
        end, content = start, ""
        closing = self.closing(marks, opening, start)
        while end < len(self.text) and self.text[end] not in closing:
            character = self.text[end]
            if character == "\\" and marks is DOUBLE and (pair := self.text[end + 1 : end + 2]):
                straight = straighten(pair)
                content += "" if pair == "\n" else straight if straight in '$`"\\' else character + pair
                end += 2
                continue
            content += straighten(character)
            end += 1
        if end >= len(self.text):
            raise NotUnderstood(
                text("The quote {mark} at character {position} is not closed.", mark=Code(opening), position=start),
                next=text("Nothing was done. Close it, or put {mark} in other quotes.", mark=Code(opening)),
            )
        self.word().add(content, bare=False)
        self.at = end + 1

    def closing(self, marks: str, opening: str, start: int) -> str:
        """The characters that close a quote opened by `opening`."""
        straight, curly = marks[0], marks[1:]
        own, other = (straight, curly) if narrow(opening) == straight else (curly, straight)
        own, other = own + WIDE[straight], other + WIDE[straight]
        return own if any(mark in self.text[start:] for mark in own) else other

    def escape(self) -> None:
        if continuation := _CONTINUATION.match(self.text, self.at):
            self.at = continuation.end()
        elif self.at + 1 == len(self.text):
            raise NotUnderstood(
                text("The command ends with {mark}, so its end is missing.", mark=Code("\\")),
                next=text("Nothing was done. Send it with its next line."),
            )
        else:
            self.word().add(self.text[self.at + 1], bare=False)
            self.at += 2

    def line_end(self) -> None:
        rest = self.text[self.at :].strip(" \t\n`")
        if rest and any(word.text for word in self.found):
            raise NotUnderstood(
                text("This is more than one line."),
                next=text(
                    "Nothing was done. Send one command; end a line with {mark} to go on in the next.", mark=Code("\\")
                ),
                choices=_lines(self.text),
            )
        self.open, self.at = None, self.at + 1


LINES: Final = 4
WIDE: Final = {"'": "＇", '"': "＂"}
_STRAIGHT: Final = str.maketrans(SINGLE + DOUBLE, "'" * len(SINGLE) + '"' * len(DOUBLE))


def _lines(text: str) -> tuple[Choice, ...]:
    """Each line as a button of its own: what was pasted together is still asked for one by one."""
    found = [line.strip(" \t`") for line in text.split("\n")]
    return tuple(Choice(label=line, command_line=line) for line in found if line)[:LINES]


def straighten(content: str) -> str:
    """Curly quotes as the straight ones that were typed."""
    return content.translate(_STRAIGHT)
