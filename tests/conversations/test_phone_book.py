"""The address book of the phone in which a number lives too (Meta's `smb_app_state_sync`): names for who tells none."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from conversations.adapters.kafka.meta import decode
from conversations.application.phone_books import PhoneBooks
from conversations.commands import NotePhoneBook, SetAsideUpdate
from conversations.domain.private_phone_book import CardNoted, PhoneBookNoted
from recado_events.conversations import CustomerIdentified, CustomerRenamed
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.inbound import InboundType, InboundUpdate

from tests.conversations.business import Business
from tests.conversations.office import Office
from tests.conversations.stage import ANYBODY, NOON, NUMBER, ORGANISATION, number, user_alias
from tests.simulator.bodies import coexistence
from tests.simulator.bodies.envelope import Line, Person

LINE = Line("102290129340398", NUMBER, "551130001000")


def sync(
    name: str, *, wa_id: str | None = ANYBODY.value, user_id: str | None = None, at: int = 0, action: str = "add"
) -> Any:
    """As it stands in Meta's webhook; `at`: seconds after noon."""
    person = Person(wa_id=wa_id, user_id=user_id, name=name, username=None, country_code=None)
    body: Any = coexistence.address_book_body(LINE, person, int(NOON.timestamp()) + at, action)
    return body["entry"][0]["changes"][0]["value"]


def update(told: Any, organisation: Any = ORGANISATION) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation),
        "waba_id": "1",
        "phone_number_id": NUMBER,
        "field": "smb_app_state_sync",
        "received_at": int((NOON + timedelta(hours=1)).timestamp()) * 1_000_000,
        "update": told,
    }


def read(told: Any) -> Any:
    return decode(InboundType.HISTORY, InboundUpdate.model_validate(update(told)))


class Phone(Business):
    """A number that lives in a phone too."""

    def syncs(self, told: Any) -> list[Event]:
        command = read(told)
        assert isinstance(command, NotePhoneBook)
        return self.do(PhoneBooks(self.scene).note, command)

    def called(self, alias: Alias = ANYBODY) -> str | None:
        """As the customer with that alias is called."""
        found = self.streams.transact(
            lambda work: self.scene.owners(work, self.scene.alias_keys(ORGANISATION, NUMBER, [alias]))
        ).value
        return self.customer(found[0]).called


@pytest.fixture
def phone() -> Phone:
    return Phone()


def test_an_address_book_makes_nobody_a_customer(phone: Phone) -> None:
    facts = phone.syncs(sync("Dona Rita"))
    assert [type(each) for each in facts] == [PhoneBookNoted, CardNoted]
    assert phone.facts(CustomerIdentified) == []


def test_who_writes_without_a_name_is_called_as_the_phone_calls_them(phone: Phone) -> None:
    phone.syncs(sync("Dona Rita"))
    phone.writes(name=None)
    identity = phone.one(CustomerIdentified).personal
    assert identity is not None
    assert (identity.profile_name, identity.book_name) == (None, "Dona Rita")


def test_a_name_of_their_own_comes_before_what_the_phone_calls_them(phone: Phone) -> None:
    phone.syncs(sync("Dona Rita"))
    phone.writes(name="Rita Prado")
    assert phone.called() == "Rita Prado"
    assert phone.syncs(sync("Rita da loja", at=9))[-1].TYPE == CardNoted.TYPE
    assert phone.called() == "Rita Prado"


def test_who_is_known_without_a_name_gets_the_one_that_is_added_later_and_loses_it_to_their_own(phone: Phone) -> None:
    phone.writes(name=None)
    phone.syncs(sync("Dona Rita"))
    assert phone.called() == "Dona Rita"
    phone.writes(name="Rita Prado")
    assert phone.called() == "Rita Prado"


def test_an_edited_card_is_the_new_name_and_a_removed_one_takes_none_back(phone: Phone) -> None:
    phone.writes(name=None)
    phone.syncs(sync("Dona Rita"))
    phone.syncs(sync("Rita da loja", at=1))
    assert phone.called() == "Rita da loja"
    phone.syncs(sync("Rita da loja", at=2, action="remove"))
    assert phone.called() == "Rita da loja"
    assert len(phone.facts(CustomerRenamed)) == 2


def test_who_was_removed_before_they_wrote_is_called_nothing(phone: Phone) -> None:
    phone.syncs(sync("Dona Rita"))
    phone.syncs(sync("Dona Rita", at=1, action="remove"))
    phone.writes(name=None)
    assert phone.called() is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_cards_in_any_order_and_again_end_as_the_last_one_says(order: tuple[int, ...]) -> None:
    phone, told = Phone(), [sync("A"), sync("B", at=1, action="remove"), sync("C", at=2)]
    phone.writes(name=None)
    for at in (*order, *order):
        phone.syncs(told[at])
    assert phone.called() == "C"


def test_spellings_of_a_number_and_user_ids_are_found(phone: Phone) -> None:
    phone.syncs(sync("Dona Rita", wa_id="551187654321"))
    phone.writes(number("5511987654321"), name=None)
    assert phone.called(number("5511987654321")) == "Dona Rita"
    phone.syncs(sync("Bia", wa_id="16505550000", user_id="US.7"))
    phone.writes(user_alias("US.7"), name=None)
    assert phone.called(user_alias("US.7")) == "Bia"


def test_s15_a_chat_begun_with_a_typed_number_greets_them_as_the_phone_does(phone: Phone) -> None:
    phone.syncs(sync("Rita Prado", wa_id="5511900003333"))
    rendering, refusal = phone.previews("5511900003333")
    assert (rendering.content.body, refusal) == ("Olá Rita, seu pedido está pronto.", None)
    phone.starts("5511900003333")
    assert phone.called(number("5511900003333")) == "Rita Prado"


@pytest.mark.parametrize(
    "told",
    [{}, {"state_sync": "x"}, {"state_sync": [None, {"type": "label"}]}, {"state_sync": [{"type": "contact"}]}],
)
def test_what_names_nobody_is_kept_whole(told: Any) -> None:
    assert isinstance(read(told), SetAsideUpdate)


async def test_the_phones_address_book_names_people_on_the_screen_and_for_the_search(office: Office) -> None:
    office.customer_writes()
    office.meta_tells(InboundType.MESSAGE, **{"from": "16505550000"}, id="wamid.1", type="text", text={"body": "Oi"})
    card = sync("Dona Rita", wa_id="16505550000")
    told = {**office.inbound(card), "field": "smb_app_state_sync"}
    office.service.receives(InboundType.HISTORY, office.organisation, told)
    names = {each["customer"]["name"] for each in (await office.sees("/conversations"))["items"]}
    assert names == {"João", "Dona Rita"}
    assert len((await office.sees("/conversations?text=rita"))["items"]) == 1
