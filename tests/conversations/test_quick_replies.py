"""S27: quick replies, written beforehand under a shortcut, read in a conversation as they would be sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from conversations.application.answering import Answering, Read
from conversations.commands import Person, RemoveQuickReply, WriteQuickReply
from conversations.domain.quick_replies import MOST, rendered
from conversations.domain.refusals import (
    NoPermission,
    OutOfScope,
    ShortcutTaken,
    TooManyQuickReplies,
    UnknownMergeField,
    UnknownQuickReply,
    ViewOnly,
)
from hypothesis import given
from hypothesis import strategies as st
from recado_events.conversations import ConversationOpened, QuickReplyRemoved, QuickReplyWritten
from recado_events.event import Event
from recado_events.ids import UserId
from recado_events.merging import FIELDS

from tests.conversations.living import Living
from tests.conversations.office import Office
from tests.conversations.stage import ADMINISTRATOR, ORGANISATION, PROFILE
from tests.harness.on_database import token
from tests.harness.on_memory import CAUSE

HELLO = "Olá #{contact.first_name}, aqui é #{agent.first_name}."


class Writing(Living):
    def __init__(self) -> None:
        super().__init__()
        self.answering = Answering(self.scene)

    def words(self, shortcut: str = "ola", text: str = HELLO, **more: Any) -> list[Event]:
        about = {"quick_reply_id": uuid4(), "is_new": True, "title": "Saudação", "by": ADMINISTRATOR, **more}
        command = WriteQuickReply(organisation_id=ORGANISATION, shortcut=shortcut, text=text, now=self.now, **about)
        if not command.is_new:
            return self.do(self.answering.write, command)
        before = self.store.end()
        self.streams.transact(lambda work: self.answering.write(work, command, CAUSE))
        return self.facts(after=before)

    def removes(self, quick_reply_id: UUID, by: Person = ADMINISTRATOR) -> None:
        command = RemoveQuickReply(organisation_id=ORGANISATION, quick_reply_id=quick_reply_id, by=by, now=self.now)
        self.streams.transact(lambda work: self.answering.remove(work, command, CAUSE))

    def sees(self, beginning: str = "", by: Person = ADMINISTRATOR) -> list[Read]:
        return self.streams.transact(
            lambda work: self.answering.read(work, ORGANISATION, self.talk(), by, beginning)
        ).value


def member(user_id: UserId) -> Person:
    return Person(user_id, "member", PROFILE)


@pytest.fixture
def writing() -> Writing:
    return Writing()


def test_s27_a_quick_reply_reads_in_a_conversation_as_whoever_answers_would_send_it(writing: Writing) -> None:
    (ana,) = writing.agents(1)
    writing.writes(name="Maria Silva")
    writing.words()
    ((reply, text, faults),) = writing.sees(by=member(ana))
    assert (reply.shortcut, text, faults) == ("ola", "Olá Maria, aqui é Agent.", ())


def test_s27_what_is_not_known_takes_its_fallback_or_is_named_as_missing(writing: Writing) -> None:
    writing.writes(name=None)
    writing.words(text="Olá #{contact.first_name}! #{company.name}", fallbacks={"contact.first_name": "cliente"})
    ((_, text, faults),) = writing.sees()
    assert text == "Olá cliente! #{company.name}"
    assert [(fault.kind, fault.field) for fault in faults] == [("missing_value", "company.name")]


def test_s27_an_organisation_has_each_shortcut_once_however_it_is_written(writing: Writing) -> None:
    writing.words("Olá")
    with pytest.raises(ShortcutTaken):
        writing.words("OLA\u0301")
    writing.words("ola")
    assert [fact.shortcut for fact in writing.facts(QuickReplyWritten)] == ["olá", "ola"]


def test_a_shortcut_is_free_again_when_its_reply_was_removed_or_has_another(writing: Writing) -> None:
    (first,) = writing.words("ola")
    assert isinstance(first, QuickReplyWritten)
    writing.words("oi", quick_reply_id=first.quick_reply_id, is_new=False)
    writing.words("ola")
    writing.removes(first.quick_reply_id)
    writing.words("oi")
    assert len(writing.facts(QuickReplyRemoved)) == 1
    writing.removes(first.quick_reply_id)
    assert len(writing.facts(QuickReplyRemoved)) == 1, "already so"
    with pytest.raises(UnknownQuickReply):
        writing.removes(uuid4())
    with pytest.raises(UnknownQuickReply):
        writing.words("again", quick_reply_id=first.quick_reply_id, is_new=False)


def test_whoever_may_reply_may_write_them_and_nobody_else(writing: Writing) -> None:
    (ana,) = writing.agents(1)
    writing.words(by=member(ana))
    assert writing.one(QuickReplyWritten).written_by == ana
    writing.grant("view_only", "all")
    with pytest.raises(ViewOnly):
        writing.words("b", by=member(ana))
    with pytest.raises(NoPermission):
        writing.words("b", by=Person(UserId(uuid4()), "member"))


@pytest.mark.parametrize(
    ("text", "fallbacks"), [("#{contact.salary}", {}), ("Oi", {"contact.name": "x"}), ("#{parameter.body_1}", {})]
)
def test_merge_fields_that_are_none_are_refused_by_name(writing: Writing, text: str, fallbacks: dict[str, str]) -> None:
    with pytest.raises(UnknownMergeField):
        writing.words(text=text, fallbacks=fallbacks)


def test_an_organisation_has_so_many_and_no_more(writing: Writing) -> None:
    for index in range(MOST):
        writing.words(f"s{index}", "x")
    with pytest.raises(TooManyQuickReplies):
        writing.words("one-more", "x")


def test_rule_15_scope_own_reads_them_in_ones_own_conversations_alone(writing: Writing) -> None:
    ana, bruno = writing.agents(2)
    writing.rota([ana])
    writing.grant("view_reply", "own")
    writing.writes()
    writing.words()
    assert len(writing.sees(by=member(ana))) == 1
    with pytest.raises(OutOfScope):
        writing.sees(by=member(bruno))


@given(
    st.lists(st.sampled_from([*(f"#{{{name}}}" for name in FIELDS), "Oi ", "\n", "ção"]), min_size=1, max_size=8),
    st.dictionaries(st.sampled_from(FIELDS), st.text(min_size=1, max_size=20), max_size=6),
)
def test_a_rendering_leaves_no_field_but_those_it_names_as_faults(parts: list[str], known: dict[str, str]) -> None:
    reply = QuickReplyWritten(
        organisation_id=ORGANISATION, quick_reply_id=uuid4(), shortcut="x", title="x", text="".join(parts),
        written_by=ADMINISTRATOR.user_id, written_at=Living().now,
    )  # fmt: skip
    known = {name: value for name, value in known.items() if "#{" not in value}
    text, faults = rendered(reply, known)
    missing = {fault.field for fault in faults if fault.kind == "missing_value"}
    for name in FIELDS:
        assert (f"#{{{name}}}" in text) == (f"#{{{name}}}" in reply.text and name in missing)


async def test_s27_quick_replies_over_http_are_written_found_by_shortcut_and_sent_as_they_read(office: Office) -> None:
    body = {"shortcut": "Horário", "title": "Horário", "text": "Oi #{contact.first_name}, abrimos às 9h."}
    made = await office.does("POST", "/quick-replies", body, office.agent())
    await office.does("POST", "/quick-replies", {**body, "shortcut": "preco"}, office.agent())
    taken = await office.client.post("/quick-replies", json={**body, "shortcut": "HORÁRIO"}, headers=office.agent())
    assert (taken.status_code, taken.json()["rule"]) == (409, "shortcut_taken")
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    path = f"/conversations/{talk}/quick-replies"
    (found,) = (await office.sees(f"{path}?shortcut=HOR", office.agent()))["items"]
    assert (found["quick_reply_id"], found["rendered"]) == (made["quick_reply_id"], "Oi João, abrimos às 9h.")
    await office.sends(talk, type="text", text=found["rendered"])
    await office.does("DELETE", f"/quick-replies/{made['quick_reply_id']}", None, office.agent(1))
    assert [each["shortcut"] for each in (await office.sees("/quick-replies", office.agent()))["items"]] == ["preco"]


async def test_bad_input_83_quick_replies_of_another_organisation_do_not_exist(office: Office) -> None:
    body = {"shortcut": "a", "title": "A", "text": "x"}
    made = await office.does("POST", "/quick-replies", body)
    stranger = token("administrator", uuid4())
    at = f"/quick-replies/{made['quick_reply_id']}"
    for method, told in (("PUT", body), ("DELETE", None)):
        answer = await office.client.request(method, at, json=told, headers=stranger)
        absent = await office.client.request(method, f"/quick-replies/{uuid4()}", json=told, headers=stranger)
        assert (
            (answer.status_code, answer.json()["rule"])
            == (absent.status_code, absent.json()["rule"])
            == (
                404,
                "unknown_quick_reply",
            )
        )
    assert (await office.sees("/quick-replies", stranger))["items"] == []


@pytest.mark.parametrize(
    "change",
    [{"shortcut": "two words"}, {"shortcut": ""}, {"shortcut": "a" * 31}, {"text": ""}, {"text": "x" * 4097}, {"x": 1}],
)
async def test_a_quick_reply_that_cannot_be_is_refused_by_name(office: Office, change: dict[str, Any]) -> None:
    body = {"shortcut": "a", "title": "A", "text": "x", **change}
    refused = await office.client.post("/quick-replies", json=body, headers=office.administrator)
    assert refused.status_code == 422
    assert next(iter(change)) in refused.text
