"""The limits of a template (rules 18 and 19): on both sides of each, and all that are broken named at once."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recado_events.ids import WabaId
from recado_events.templates import MergeField, TemplateForm
from templates.domain import forms
from templates.domain.refusals import TemplateInvalid, UnknownAccount
from templates.domain.values import fault
from templates.domain.words import APPROVED, PENDING

from tests.templates.stage import Stage, button, form, rules

FIELD = "#{contact.name}"


def broken(told: TemplateForm) -> list[str]:
    return [violation.rule for violation in forms.violations(forms.normalised(told))]


def spaced(count: int) -> str:
    return "Hi" + "".join(f" {FIELD} and" for _ in range(count)) + " bye."


@pytest.mark.parametrize("letter", ["a", "é", "👍", "漢", "e\u0301", "\u0627"])
@pytest.mark.parametrize(("length", "broke"), [(899, []), (900, []), (901, ["body_too_long"])])
def test_rule_18_a_body_has_at_most_900_characters(letter: str, length: int, broke: list[str]) -> None:
    """Code points after composition: an e with an accent is one, however it was typed; a byte is nothing."""
    assert broken(form(body=letter * length)) == broke


def test_rule_18_a_combining_mark_that_composes_with_nothing_counts() -> None:
    assert broken(form(body="q\u0301" * 450)) == []
    assert broken(form(body="q\u0301" * 450 + "x")) == ["body_too_long"]


@pytest.mark.parametrize(("length", "broke"), [(899, []), (900, []), (901, ["body_too_long"])])
def test_rule_18_merge_fields_count_as_they_are_typed(length: int, broke: list[str]) -> None:
    told = f"Hi {FIELD} "
    assert broken(form(body=told + "x" * (length - len(told)))) == broke


@pytest.mark.parametrize(("count", "broke"), [(10, []), (11, ["too_many_fields"])])
def test_rule_18_a_template_has_at_most_10_merge_fields(count: int, broke: list[str]) -> None:
    assert broken(form(body=spaced(count))) == broke


def test_rule_18_fields_of_header_body_and_buttons_count_together() -> None:
    told = {"header": f"Dear {FIELD} here", "body": spaced(9)}
    link = button("url", text="See", url="https://example.org/#{contact.phone}")

    assert broken(form(**told)) == []
    assert broken(form(**told, buttons=(link,))) == ["too_many_fields"]


@pytest.mark.parametrize(
    ("body", "broke"),
    [
        (f"{FIELD} hello", ["field_first"]),
        (f"  {FIELD} hello", ["field_first"]),
        (f"hello {FIELD}", ["field_last"]),
        (f"hello {FIELD}\n", ["field_last"]),
        (f"hello {FIELD}.", []),
        (f"a {FIELD}{FIELD} b", ["fields_adjacent"]),
        (f"a {FIELD} {FIELD} b", ["fields_adjacent"]),
        (f"a {FIELD}, {FIELD} b", []),
        (FIELD, ["field_first", "field_last"]),
    ],
)
def test_rule_18_a_field_is_neither_first_nor_last_nor_beside_another(body: str, broke: list[str]) -> None:
    assert broken(form(body=body)) == broke


@pytest.mark.parametrize("body", ["Hi {{1}} there", "Hi #{contact} there", "Hi #{Contact.name} there", "a }} b"])
def test_what_looks_like_a_field_and_is_none_is_named(body: str) -> None:
    assert "braces" in broken(form(body=body, fields=()))


def test_line_ends_of_any_system_are_kept_as_one_character(stage: Stage) -> None:
    assert broken(form(body="Hello\r\n\r\nthere")) == []
    stage.drafts(form(body="Hello\r\nthere, " + "x" * 886))
    assert stage.submissions()[0].form.body == "Hello\nthere, " + "x" * 886
    assert broken(form(body="Hello\rthere")) == ["characters_not_allowed"]
    assert broken(form(footer="Hello\r\nthere")) == ["characters_not_allowed"]


def test_a_field_that_nobody_offers_is_named() -> None:
    assert broken(form(body="Hi #{contact.shoe_size} there")) == ["unknown_field"]


def test_every_field_needs_a_sample() -> None:
    assert broken(form(fields=())) == ["sample_missing"]


@pytest.mark.parametrize(
    "value", ["", "  ", "two\nlines", "a\ttab", "five     spaces", "{{1}}", "#{contact.name}", "\0"]
)
def test_bad_input_76_a_sample_or_fallback_that_meta_refuses_in_a_place_is_named(value: str) -> None:
    for told in ({"sample": value}, {"sample": "Maria", "fallback": value}):
        field = MergeField(name="contact.first_name", **told)
        assert [rule[:6] for rule in broken(form(fields=(field,)))] == ["value_"]
    assert fault(value) is not None


def test_bad_input_76_a_message_of_1_025_characters_with_its_samples_is_named() -> None:
    def rendered(sample: str) -> list[str]:
        body = f"Hi {FIELD}."
        return broken(form(body=body, fields=(MergeField(name="contact.name", sample=sample),)))

    assert rendered("x" * (1_024 - 4)) == []
    assert rendered("x" * (1_025 - 4)) == ["rendered_too_long"]


@pytest.mark.parametrize(
    ("name", "broke"),
    [
        ("a", []),
        ("order_ready_2", []),
        ("x" * 512, []),
        ("x" * 513, ["name_too_long"]),
        ("", ["name"]),
        ("Order", ["name"]),
        ("order-ready", ["name"]),
        ("order ready", ["name"]),
        ("pedido_não", ["name"]),
        ("order\n", ["name"]),
        ("١٢", ["name"]),
    ],
)
def test_rule_19_a_name_is_lower_case_digits_and_underscores(name: str, broke: list[str]) -> None:
    assert broken(form(name=name)) == broke


@pytest.mark.parametrize(
    ("language", "broke"),
    [("pt_BR", []), ("pt_PT", []), ("en", []), ("pt", ["language"]), ("pt-BR", ["language"]), ("PT_br", ["language"])],
)
def test_rule_22_language_codes_are_exact(language: str, broke: list[str]) -> None:
    assert broken(form(language=language)) == broke


@pytest.mark.parametrize("category", ["AUTHENTICATION", "SERVICE", "utility", ""])
def test_the_form_offers_marketing_and_utility(category: str) -> None:
    assert broken(form(category=category)) == ["category"]


@pytest.mark.parametrize(
    ("told", "broke"),
    [
        ({"header": "x" * 60}, []),
        ({"header": "x" * 61}, ["header_too_long"]),
        ({"header": "two\nlines"}, ["characters_not_allowed"]),
        ({"header": " "}, ["header_empty"]),
        ({"header": f"a {FIELD} b {FIELD} c"}, ["header_fields"]),
        ({"footer": "x" * 60}, []),
        ({"footer": "x" * 61}, ["footer_too_long"]),
        ({"footer": f"a {FIELD} b"}, ["footer_fields"]),
        ({"body": " "}, ["body_missing"]),
        ({"body": "a\0b"}, ["characters_not_allowed"]),
        ({"body": "a\nb"}, []),
    ],
)
def test_header_and_footer_are_as_meta_allows(told: dict[str, Any], broke: list[str]) -> None:
    assert broken(form(**{"body": "Hello.", **told})) == broke


REPLY = button(text="Yes")
LINK = button("url", text="See", url="https://example.org/orders/#{contact.phone}")
CALL = button("phone_number", text="Call", phone_number="+5511987654321")
COPY = button("copy_code", code="SAVE10")


@pytest.mark.parametrize(
    ("buttons", "broke"),
    [
        ([REPLY, REPLY, LINK, CALL, COPY], []),
        ([LINK, REPLY], []),
        ([REPLY, LINK, REPLY], ["buttons_mixed"]),
        ([REPLY] * 10, []),
        ([REPLY] * 11, ["too_many_buttons"]),
        ([LINK] * 3, ["too_many_urls"]),
        ([CALL] * 2, ["too_many_numbers"]),
        ([COPY] * 2, ["too_many_codes"]),
        ([button(text="x" * 25)], []),
        ([button(text="x" * 26)], ["button_text_too_long"]),
        ([button(text=f"a {FIELD}")], ["button_text"]),
        ([button()], ["button_text_missing"]),
        ([button("flow", text="Go")], ["button_kind"]),
        ([button("url", text="See", url="javascript:alert(1)")], ["url"]),
        ([button("url", text="See", url="https://a.b/" + "x" * 1_989)], ["url_too_long"]),
        ([button("url", text="See", url="https://a.b/#{contact.phone}/x")], ["url_field"]),
        ([button("url", text="See", url="https://#{contact.phone}")], ["url"]),
        ([button("phone_number", text="Call", phone_number="11 98765")], ["button_number"]),
        ([button("copy_code", code="x" * 16)], ["code_too_long"]),
        ([button("copy_code")], ["code"]),
    ],
)
def test_buttons_are_as_meta_allows(buttons: list[Any], broke: list[str]) -> None:
    assert broken(form(body="Hello.", buttons=tuple(buttons))) == broke


def test_every_limit_that_is_broken_is_named_at_once(stage: Stage) -> None:
    stage.drafts(form(name="taken", body="Hello."))
    with pytest.raises(TemplateInvalid) as refused:
        stage.drafts(form(name="taken", body=FIELD + "x" * 900 + FIELD, footer="x" * 61, category="SERVICE", fields=()))

    assert rules(refused.value) == [
        "category",
        "body_too_long",
        "field_first",
        "field_last",
        "footer_too_long",
        "sample_missing",
        "name_taken",
    ]
    limit = refused.value.details["violations"][1]
    assert (limit["where"], limit["limit"], limit["found"]) == ("body", 900, 930)


def test_rule_19_at_most_200_templates_an_account_and_drafts_do_not_count(stage: Stage) -> None:
    for number in range(199):
        stage.drafts(form(name=f"n{number}"))
    draft = stage.drafts(form(name="draft"), send=False)
    last = stage.drafts(form(name="last"))
    assert len(stage.account().rows) == 200

    with pytest.raises(TemplateInvalid) as refused:
        stage.drafts(form(name="too_many"))
    assert rules(refused.value) == ["too_many_templates"]
    with pytest.raises(TemplateInvalid):
        stage.submits(draft)
    assert stage.state(stage.drafts(form(name="another_draft"), send=False)) == "draft"

    stage.taken(last, meta_template_id="77")
    stage.deletes(last)
    with pytest.raises(TemplateInvalid):
        stage.submits(draft)
    stage.taken(last, status=None, meta_template_id=None)
    assert stage.submits(draft)
    assert stage.state(draft) == PENDING


def test_rule_19_rejected_paused_disabled_and_archived_ones_count(stage: Stage) -> None:
    template = stage.drafts()
    stage.taken(template)
    for word in ("REJECTED", "APPROVED", "PAUSED", "DISABLED", "ARCHIVED"):
        stage.later(minutes=1)
        stage.status(word)
        assert stage.account().rows == {template}


def test_rule_19_a_submission_that_meta_does_not_take_counts_no_more(stage: Stage) -> None:
    template = stage.drafts()
    assert stage.account().rows == {template}
    stage.refused(template)
    assert (stage.state(template), stage.account().rows) == ("draft", frozenset())


def test_rule_19_name_and_language_are_one_template_of_an_account(stage: Stage) -> None:
    first = stage.drafts(send=False)
    stage.drafts(form(language="pt_BR"), send=False)
    with pytest.raises(TemplateInvalid) as refused:
        stage.drafts()
    assert rules(refused.value) == ["name_taken"]

    stage.edits(first, form(name="renamed"), send=False)
    second = stage.drafts()
    with pytest.raises(TemplateInvalid):
        stage.edits(first, form(), send=False)
    assert stage.state(second) == PENDING


def test_an_account_without_a_connected_number_is_not_the_organisations(stage: Stage) -> None:
    with pytest.raises(UnknownAccount):
        stage.drafts(waba=WabaId("999"))
    stage.disconnected()
    with pytest.raises(UnknownAccount):
        stage.drafts()


@given(st.text(max_size=40))
def test_a_form_is_judged_alike_however_its_letters_were_composed(text: str) -> None:
    decomposed = form(body=f"Hi {unicodedata.normalize('NFD', text)} there", fields=())
    composed = form(body=f"Hi {unicodedata.normalize('NFC', text)} there", fields=())
    assert broken(decomposed) == broken(composed)


def test_a_template_without_a_fault_goes_to_meta(stage: Stage) -> None:
    assert stage.state(stage.approved()) == APPROVED
