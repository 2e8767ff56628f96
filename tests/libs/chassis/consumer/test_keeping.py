"""An archive is handed every record as it came: what nobody reacts to, what cannot be read, what is parked."""

from dataclasses import dataclass, field, replace

from recado_chassis.service import KafkaRecord, Service
from recado_chassis.store import Store
from recado_chassis.work import Work
from recado_events.inbound import InboundType

from tests.libs.chassis.consumer.batches import begin, hand
from tests.libs.chassis.consumer.ear import STREET, Ear, Raw, message, notes


@dataclass
class Shelf:
    """`refused` are offsets that it fails on."""

    refused: set[int] = field(default_factory=set)
    kept: dict[int, bytes | None] = field(default_factory=dict)

    def keep(self, _: Work, record: KafkaRecord) -> None:
        if record.offset in self.refused:
            raise OSError("the shelf broke")
        self.kept[record.offset] = record.value


def archiving(store: Store, shelf: Shelf, ear: Ear | None = None) -> Service:
    service = (ear or Ear()).service(store)
    hears = [replace(each, keeps=shelf.keep) if each.topic is STREET else each for each in service.hears]
    return replace(service, hears=hears)


def broken(offset: int) -> Raw:
    return replace(message(1, offset), value=b'{"lone": "\\ud800"')


def test_every_record_is_kept_once_with_its_own_bytes(store: Store) -> None:
    begin(store, topic=STREET.name)
    shelf = Shelf()
    records = [message(0, 0), message(1, 1, kind=InboundType.STATUS), replace(message(2, 2), headers=()), broken(3)]
    hand(archiving(store, shelf), records)
    assert shelf.kept == {record.offset: record.value for record in records}
    assert notes(store) == {"f1ngerpr1nt": [0]}
    assert [row.offset for row in store.parked()] == [2, 3]


def test_what_is_parked_behind_an_earlier_record_is_kept_all_the_same(store: Store) -> None:
    begin(store, topic=STREET.name)
    shelf = Shelf(refused={0})
    hand(archiving(store, shelf), [message(0, 0), message(1, 1), message(2, 2, "somebody-else")])
    assert [(row.offset, row.reason) for row in store.parked()] == [(0, "failed"), (1, "behind")]
    assert sorted(shelf.kept) == [1, 2]


def test_a_record_that_cannot_be_kept_is_parked_and_the_rest_goes_on(store: Store) -> None:
    begin(store, topic=STREET.name)
    shelf = Shelf(refused={1})
    hand(archiving(store, shelf), [message(0, 0, "ada"), message(1, 1, "bob"), message(2, 2, "ada")])
    assert sorted(shelf.kept) == [0, 2]
    assert [(row.offset, row.reason) for row in store.parked()] == [(1, "failed")]
    assert notes(store) == {"ada": [0, 2]}
