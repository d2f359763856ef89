"""Verification: every byte of the record against its hashes, every hash against its seal, every seal against its key.

Numbered as they are checked:

1. each record's hash fits its body, chain, position, time and the record before;
2. each chain counts up without a gap and each record names the one before;
3. each seal's hash fits what it says, and seals count up and name the one before, signature included;
4. the last seal, and each that another does not vouch for, is signed with a trusted key;
5. each seal's root fits its records, none more and none fewer;
6. unsealed records carry the installation's own mac (where its key is at hand);
7. seals noted in checkpoints are still there;
8. requests and their chains tell the same end (`bot.audit.verification`, in a database only).

Hashes are taken of the stored bytes; nothing is put in canonical form again (a million records: 1 s instead of 15 s).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, final

import msgspec

from bot.audit.chain import MAC_PURPOSE, START, record_hash, shown_chain
from bot.audit.checkpoints import Checkpoint
from bot.audit.records import StoredRecord
from bot.audit.report import Findings, Report
from bot.audit.seals import SEAL, Seal, leaf, link, merkle_root, seal_hash
from bot.audit.signatures import is_signed
from bot.store.columns import to_micros
from bot.store.sealing import Keyring
from bot.text import Code, Text, text

_NAMED: Final = 5
"""Records that a finding about a seal names."""


class Head(msgspec.Struct):
    """The end of a chain so far. `hash` is `None` after a record that was altered: the next is not blamed for it."""

    position: int
    hash: bytes | None
    event: str = ""


class _Event(msgspec.Struct):
    event: str = ""


_event: Final = msgspec.json.Decoder(_Event)


@dataclass
class _Batch:
    """The records of a seal while they come by."""

    seal: Seal
    leaves: list[bytes] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


@final
class Verifier:
    """Takes every seal and record in the order of `bot.audit.entries`, then `finish`.

    Memory grows with the number of chains, not of records: some 200 bytes each.
    """

    def __init__(
        self,
        trusted: Mapping[str, bytes],
        *,
        keyring: Keyring | None = None,
        checkpoints: Iterable[Checkpoint] = (),
        declared: bool = False,
    ) -> None:
        self.findings = Findings()
        self.heads: dict[str, Head] = {}
        self._trusted = trusted
        self._keyring = keyring
        self._noted = {each.seal: each for each in checkpoints}
        self._declared = declared
        self._batches: dict[int, _Batch] = {}
        self._before: Seal | None = None
        self._suspect = False
        self._records = self._seals = self._unsealed = 0
        self._keys: dict[str, None] = {}

    def record(self, record: StoredRecord) -> None:
        self._records += 1
        chain = record.chain
        head = self.heads.get(chain)
        if head is None:
            head = self.heads[chain] = Head(0, START)
        at = to_micros(record.at)
        try:
            sound = record_hash(record.previous, chain, record.position, at, record.body) == record.hash
        except OverflowError:
            sound = False
        if not sound:
            self._add(text("Record {record} was altered.", record=_place(record)))
        elif record.position != head.position + 1:
            self._gap(record, head)
        elif head.hash is not None and record.previous != head.hash:
            self._add(text("Record {record} does not follow the one before: one was replaced.", record=_place(record)))
        head.position = record.position
        head.hash = record.hash if sound else None
        event = _event_of(record)
        if event.startswith("request."):
            head.event = event
        if record.sealed_by is None:
            self._unsealed_record(record)
        else:
            self._sealed_record(record, record.sealed_by)

    def _gap(self, record: StoredRecord, head: Head) -> None:
        first, last, chain = head.position + 1, record.position - 1, Code(shown_chain(record.chain))
        if first == last:
            self._add(text("Record {position} of {chain} is missing.", position=first, chain=chain))
        elif first < last:
            self._add(
                text("Records {first} to {last} of {chain} are missing.", first=first, last=last, chain=chain),
            )
        else:
            self._add(text("Record {record} was inserted or moved.", record=_place(record)))

    def _unsealed_record(self, record: StoredRecord) -> None:
        self._unsealed += 1
        if self._keyring is not None and not self._keyring.verify(MAC_PURPOSE, record.hash, record.mac):
            self._add(text("Record {record} was not written by this installation.", record=_place(record)))

    def _sealed_record(self, record: StoredRecord, number: int) -> None:
        batch = self._batches.get(number)
        if batch is None:
            self._add(
                text("Record {record} names seal {seal}, which does not hold it.", record=_place(record), seal=number)
            )
            return
        batch.leaves.append(leaf(record.id, record.hash, record.mac))
        batch.ids.append(record.id)
        batch.places.append(f"{shown_chain(record.chain)}#{record.position}")
        if len(batch.leaves) == batch.seal.count:
            del self._batches[number]
            spans = (batch.ids[0], batch.ids[-1]) == (batch.seal.first_audit, batch.seal.last_audit)
            if not spans or merkle_root(batch.leaves) != batch.seal.root:
                self._add(
                    text(
                        "Seal {seal} was made of other records than {records}: one was replaced, inserted or moved.",
                        seal=number,
                        records=_listed(batch.places),
                    )
                )

    def seal(self, seal: Seal) -> None:
        self._seals += 1
        self._keys[seal.key_id] = None
        before = self._before
        suspect = False
        try:
            sound = seal_hash(seal) == seal.hash
        except OverflowError:
            sound = False
        if not sound:
            self._add(text("Seal {seal} was altered.", seal=seal.id))
            suspect = True
        if seal.id != (before.id if before else 0) + 1:
            self._add(text("Seals before seal {seal} are missing, or it was moved.", seal=seal.id))
            suspect = True
        elif seal.previous != (link(before) if before else START):
            vouched = before is None or self._check_signature(before)
            if vouched and not suspect and not self._suspect:
                self._add(text("Seal {seal} does not follow the one before: one was replaced.", seal=seal.id))
            suspect = True
        elif before is not None and before.key_id != seal.key_id:
            self._check_signature(before)
        self._check_noted(seal)
        self._before, self._suspect = seal, suspect
        self._batches[seal.id] = _Batch(seal)

    def _check_signature(self, seal: Seal) -> bool:
        if is_signed(self._trusted, seal.key_id, SEAL, seal.hash, seal.signature):
            return True
        if seal.key_id in self._trusted:
            self._add(text("The signature of seal {seal} is wrong.", seal=seal.id))
        else:
            self._add(text("Seal {seal} is signed with another key: {key}.", seal=seal.id, key=Code(seal.key_id)))
        return False

    def _check_noted(self, seal: Seal) -> None:
        noted = self._noted.pop(seal.id, None)
        if noted is not None and (noted.hash, noted.signature, noted.key) != (
            seal.hash.hex(),
            seal.signature.hex(),
            seal.key_id,
        ):
            self._add(text("Seal {seal} is not the one that was noted in the checkpoint.", seal=seal.id))

    def finish(self) -> Report:
        if self._before is not None:
            self._check_signature(self._before)
        for number, batch in sorted(self._batches.items()):
            self._add(
                text(
                    "Seal {seal} holds {count} records, of which {there} are there: {records}.",
                    seal=number,
                    count=batch.seal.count,
                    there=len(batch.leaves),
                    records=_listed(batch.places),
                )
            )
        for number in sorted(self._noted):
            self._add(
                text("Seal {seal}, noted in the checkpoint, is missing: the end was cut off or rewritten.", seal=number)
            )
        return Report(
            records=self._records,
            chains=len(self.heads),
            seals=self._seals,
            unsealed=self._unsealed,
            last_seal=self._before.id if self._before else 0,
            keys=tuple(self._keys),
            declared=self._declared,
            findings=tuple(self.findings.kept),
            more=self.findings.more,
        )

    def _add(self, found: Text) -> None:
        self.findings.add(found)


def _event_of(record: StoredRecord) -> str:
    try:
        return _event.decode(record.body).event
    except msgspec.MsgspecError:
        return ""


def _place(record: StoredRecord) -> Text:
    return text("{position} of {chain}", position=record.position, chain=Code(shown_chain(record.chain)))


def _listed(places: list[str]) -> Code:
    named = places if len(places) <= _NAMED else [*places[: _NAMED - 1], "…", places[-1]]
    return Code(", ".join(named) or "-")
