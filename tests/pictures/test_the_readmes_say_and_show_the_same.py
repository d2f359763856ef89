"""Both READMEs: the same sections and commands, and pictures that are there, small, and taken by the script."""

from __future__ import annotations

import re

import pytest

from tests.pictures.png import SIGNATURE, unfiltered
from tests.pictures.taken import FOLDER, LANGUAGES, LARGEST, NAMES, ROOT

READMES = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}
PICTURE = re.compile(r"^!\[([^\]]+)\]\(([^)]+)\)$", re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", READMES)
def test_each_shows_two_pictures_of_its_language_that_are_there(code: str) -> None:
    shown = PICTURE.findall(READMES[code].read_text())
    assert len(shown) == 2
    for words, path in shown:
        picture = ROOT / path
        assert picture.is_file() and picture.name in NAMES and picture.stem.endswith(code)
        assert len(words) > 20


def test_the_folder_holds_what_the_script_takes_and_nothing_else() -> None:
    assert {each.name for each in FOLDER.iterdir()} == set(NAMES)
    for each in FOLDER.iterdir():
        assert each.read_bytes().startswith(SIGNATURE) and each.stat().st_size <= LARGEST
    assert all(len([each for each in NAMES if each.endswith(f"-{one.code}.png")]) <= 4 for one in LANGUAGES)


def test_both_have_the_same_sections_commands_tables_and_links() -> None:
    english, japanese = (READMES[code].read_text() for code in ("en", "ja"))
    assert CONSOLE.findall(english) == CONSOLE.findall(japanese)
    assert [len(each) for each in _headings(english)] == [len(each) for each in _headings(japanese)]
    assert _first_cells(english) == _first_cells(japanese)
    assert _code(english) == _code(japanese)
    links = [set(re.findall(r"\]\((?!README|docs/pictures)([^)]+)\)", each)) for each in (english, japanese)]
    assert links[0] == links[1]
    assert "(README.ja.md)" in english and "(README.md)" in japanese


def test_a_picture_is_made_smaller_and_stays_as_it_is() -> None:
    once = unfiltered((FOLDER / NAMES[0]).read_bytes())
    assert unfiltered(once) == once == (FOLDER / NAMES[0]).read_bytes()
    with pytest.raises(ValueError, match="eight bits"):
        unfiltered(SIGNATURE)


def _headings(text: str) -> list[str]:
    return re.findall(r"^(#+) ", text, re.MULTILINE)


def _code(text: str) -> set[str]:
    return {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", FENCED.sub("", text))}


def _first_cells(text: str) -> list[str]:
    cells = re.findall(r"^\| (.+?) \| ", text, re.MULTILINE)
    return [each for each in cells if each.startswith("`") or each.isdigit()]
