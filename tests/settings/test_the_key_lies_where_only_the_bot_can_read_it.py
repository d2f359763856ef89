"""The key file: made once, whole, for its owner only; anything doubtful is refused."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.settings import Settings, load_key, load_settings

KEY = bytes(range(32))


def settings_in(folder: Path, key: str = "") -> Settings:
    return load_settings(data=folder, key=key)


def test_the_first_start_makes_a_key_and_the_next_one_finds_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = load_key(settings_in(folder))
    assert len(first) == 32
    assert load_key(settings_in(folder)) == first
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [each.name for each in folder.iterdir()] == ["key"]


def test_the_environment_goes_before_the_file_and_makes_none(tmp_path: Path) -> None:
    assert load_key(settings_in(tmp_path, base64.b64encode(KEY).decode())) == KEY
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["short", base64.b64encode(KEY[:31]).decode(), "ü" * 44, "*" * 44])
def test_a_wrong_key_in_the_environment_is_refused_and_not_shown(tmp_path: Path, given: str) -> None:
    with pytest.raises(Refused, match="KAJITORI_KEY is wrong") as refused:
        load_key(settings_in(tmp_path, given))
    assert given not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    load_key(settings_in(tmp_path))
    (tmp_path / "key").chmod(mode)
    with pytest.raises(Refused, match="is not safe"):
        load_key(settings_in(tmp_path))


def test_a_link_in_place_of_the_key_is_refused(tmp_path: Path) -> None:
    load_key(settings_in(tmp_path / "other"))
    (tmp_path / "key").symlink_to(tmp_path / "other" / "key")
    with pytest.raises(Refused, match="cannot be used"):
        load_key(settings_in(tmp_path))


def test_a_dangling_link_is_not_followed_to_make_a_key_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="cannot be used"):
        load_key(settings_in(tmp_path))
    assert not (tmp_path / "elsewhere").exists()


def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    with pytest.raises(Refused, match="is damaged"):
        load_key(settings_in(tmp_path))
    assert file.read_bytes() == b""


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(Refused, match="cannot be used"):
        load_key(settings_in(tmp_path / "data"))
