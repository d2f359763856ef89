"""Encryption at rest: bound to its row, keys rotate, a wrong key or a changed byte opens nothing."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from bot.store.database import Database
from bot.store.errors import KeyMissing, SealBroken
from bot.store.plans import add_plan, load_plan, plans_of
from bot.store.requests import insert_request, load
from bot.store.sealing import Key, Keyring
from bot.store.tables import plans, requests
from tests.databases import KEY, KEYRING, opened
from tests.store.rows import a_plan, a_request

OTHER = Key(b"o" * 32)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_for_its_purpose(data: bytes, purpose: str) -> None:
    sealed = KEYRING.seal(data, purpose)
    assert KEYRING.open(sealed, purpose) == data
    assert sealed != KEYRING.seal(data, purpose)


@given(st.binary(min_size=1, max_size=64), st.data())
def test_no_changed_byte_opens(data: bytes, draw: st.DataObject) -> None:
    sealed = KEYRING.seal(data, "requests/1/person")
    at = draw.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at] + bytes([sealed[at] ^ draw.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    with pytest.raises((SealBroken, KeyMissing)):
        KEYRING.open(changed, "requests/1/person")


@given(st.binary(max_size=20))
def test_what_was_never_sealed_does_not_open(data: bytes) -> None:
    with pytest.raises(SealBroken, match="changed by someone else"):
        KEYRING.open(data, "requests/1/person")


async def test_a_value_copied_to_another_row_or_column_does_not_open(database: Database) -> None:
    async with database.transaction() as tx:
        mallory = await insert_request(tx, a_request(person=b"mallory"))
        alice = await insert_request(tx, a_request(person=b"alice"))
        await add_plan(tx, a_plan(alice))
        await add_plan(tx, a_plan(alice, 2))
        admin = select(requests.c.person).where(requests.c.id == alice).scalar_subquery()
        await tx.execute(update(requests).where(requests.c.id == mallory).values(person=admin))
        first = select(plans.c.plan).where(plans.c.version == 1).scalar_subquery()
        await tx.execute(update(plans).where(plans.c.version == 2).values(plan=first))
        await tx.execute(text("UPDATE plans SET intent = plan WHERE version = 1"))
    async with database.read() as tx:
        for stolen in (load(tx, mallory), load_plan(tx, alice, 2), load_plan(tx, alice, 1)):
            with pytest.raises(SealBroken):
                await stolen
        found = await load(tx, alice)
    assert found is not None
    assert found.person == b"alice"


async def test_nothing_that_may_hold_a_secret_is_stored_in_clear(database: Database) -> None:
    async with database.transaction() as tx:
        number = await insert_request(tx, a_request(arguments=b"hunter2", person=b"hunter2"))
        await add_plan(tx, a_plan(number, intent=b"hunter2", plan=b"hunter2"))
    async with database.read() as tx:
        rows = [*(await tx.execute(select(requests))), *(await tx.execute(select(plans)))]
        (plan,) = await plans_of(tx, number)
    assert "hunter2" not in repr([tuple(row) for row in rows])
    assert plan.plan == b"hunter2"


async def test_after_a_rotation_the_old_opens_and_the_new_seals(address: str) -> None:
    async with opened(address) as database, database.transaction() as tx:
        number = await insert_request(tx, a_request(person=b"alice"))
    async with opened(address, keyring=Keyring(OTHER, KEY)) as database, database.transaction() as tx:
        found = await load(tx, number)
        assert found is not None
        assert found.person == b"alice"
        later = await insert_request(tx, a_request(person=b"bob"))
    async with opened(address, keyring=Keyring(OTHER)) as database, database.read() as tx:
        found = await load(tx, later)
        assert found is not None
        assert found.person == b"bob"
        with pytest.raises(KeyMissing, match="not among the given ones"):
            await load(tx, number)


def test_a_mac_is_of_its_purpose_its_data_and_one_of_our_keys() -> None:
    mac = KEYRING.mac("votes", b"approve")
    assert KEYRING.verify("votes", b"approve", mac)
    assert Keyring(OTHER, KEY).verify("votes", b"approve", mac)
    assert not KEYRING.verify("votes", b"reject", mac)
    assert not KEYRING.verify("plans", b"approve", mac)
    assert not Keyring(OTHER).verify("votes", b"approve", mac)
    for wrong in ("", "zz", mac[:-2], mac + "00", mac[:8]):
        assert not KEYRING.verify("votes", b"approve", wrong)


def test_derived_secrets_say_nothing_of_each_other() -> None:
    keyring = Keyring(KEY, OTHER)
    found = {*keyring.secrets("audit"), *keyring.secrets("other"), KEY.secret, OTHER.secret}
    assert len(found) == 6
    assert {len(each) for each in found} == {32}
    assert keyring.secrets("audit") == (KEY.derived("audit"), OTHER.derived("audit"))


def test_keys_are_read_from_the_setting_and_never_shown() -> None:
    encoded = ",".join(base64.b64encode(each.secret).decode() for each in (OTHER, KEY))
    assert Keyring.parse(encoded).open(KEYRING.seal(b"x", "p"), "p") == b"x"
    for wrong in ("", "hunter2!", base64.b64encode(b"short").decode()):
        with pytest.raises(KeyMissing) as refused:
            Keyring.parse(wrong)
        assert not wrong or wrong not in str(refused.value)
    assert "secret" not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)
