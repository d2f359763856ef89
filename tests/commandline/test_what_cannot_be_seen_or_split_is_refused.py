"""Too long, unseen, open, shell: one clear sentence each."""

from __future__ import annotations

import pytest

from tests.commandline.refusals import refusal

REFUSED = {
    "undo app\0": "Character 9 is U+0000, which cannot be seen.",
    "undo \x1b[31mapp": "Character 6 is U+001B, which cannot be seen.",
    "undo app\N{ZERO WIDTH SPACE}": "Character 9 is U+200B ZERO WIDTH SPACE, which cannot be seen.",
    "undo \N{RIGHT-TO-LEFT OVERRIDE}ppa": "Character 6 is U+202E RIGHT-TO-LEFT OVERRIDE, which cannot be seen.",
    "undo 'app": "The quote ' at character 6 is not closed.",
    "undo app; rollout restart app": "No shell stands behind this: ; does nothing here.",
    "undo app &amp;&amp; rm x": "No shell stands behind this: & does nothing here.",
    "undo app | tee x": "No shell stands behind this: | does nothing here.",
    "undo app &gt; x": "No shell stands behind this: > does nothing here.",
    "undo app\nundo other": "This is more than one line.",
    "undo app \\": "The command ends with \\, so its end is missing.",
    "x" * 40_000: "This is 40000 characters long; a command may have 4000.",
}


@pytest.mark.parametrize("typed", REFUSED, ids=lambda typed: typed[:30].encode("unicode_escape").decode())
def test_the_sentence_says_what_is_wrong(typed: str) -> None:
    assert str(refusal(typed).what) == REFUSED[typed]
