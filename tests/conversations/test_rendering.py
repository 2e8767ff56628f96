"""Rule 18: values put into a template, fallbacks, and every reason not to send it, each named."""

from __future__ import annotations

import string
from typing import Any
from uuid import uuid4

import pytest
from conversations.domain.beginning_refusals import ValuesDoNotFit
from conversations.domain.company import NO_COMPANY
from conversations.domain.contact import Contact
from conversations.domain.customer import NOBODY
from conversations.domain.field_values import field_values
from conversations.domain.rendering import LONGEST, Rendering, render, tidy
from conversations.domain.team import Team
from hypothesis import given
from hypothesis import strategies as st
from recado_events.content import TemplateParameter
from recado_events.ids import UserId
from recado_events.merging import FIELDS
from recado_events.templates import MergeField, TemplateButton, TemplateForm

NAME, COMPANY = "contact.first_name", "company.name"


def form(body: str = "Olá #{contact.first_name}!", **about: Any) -> TemplateForm:
    return TemplateForm(**{"name": "greeting", "language": "pt_BR", "category": "UTILITY", "body": body, **about})


def kinds(rendering: Rendering) -> list[tuple[str, str | None]]:
    return [(fault.kind, fault.field) for fault in rendering.faults]


def test_rule_18_every_place_of_a_field_is_a_parameter_in_the_order_of_the_text() -> None:
    told = form("Oi #{contact.first_name}, da #{company.name}: #{contact.first_name}.", header="Para #{company.name}")
    content = render(told, {NAME: "Ana", COMPANY: "ACME"}, {}).sendable()
    assert (content.header, content.body) == ("Para ACME", "Oi Ana, da ACME: Ana.")
    assert content.parameters == (
        TemplateParameter(component="header", index=0, value="ACME"),
        TemplateParameter(component="body", index=0, value="Ana"),
        TemplateParameter(component="body", index=1, value="ACME"),
        TemplateParameter(component="body", index=2, value="Ana"),
    )


def test_rule_18_a_missing_value_uses_its_fallback_and_a_given_one_comes_first() -> None:
    told = form(fields=(MergeField(name=NAME, sample="Ana", fallback="cliente"),))
    assert render(told, {}, {}).sendable().body == "Olá cliente!"
    assert render(told, {NAME: " \t"}, {}).sendable().body == "Olá cliente!"
    assert render(told, {NAME: "Rita"}, {}).sendable().body == "Olá Rita!"
    assert render(told, {NAME: "Rita"}, {NAME: "Dona Rita"}).sendable().body == "Olá Dona Rita!"


def test_rule_18_without_value_and_fallback_it_is_refused_naming_every_field() -> None:
    rendering = render(form("Oi #{contact.first_name}, da #{company.name}."), {}, {})
    assert kinds(rendering) == [("missing_value", NAME), ("missing_value", COMPANY)]
    assert rendering.content.body == "Oi #{contact.first_name}, da #{company.name}."
    with pytest.raises(ValuesDoNotFit) as refusal:
        rendering.sendable()
    assert [error["field"] for error in refusal.value.details["errors"]] == [NAME, COMPANY]
    assert refusal.value.status == 422


@pytest.mark.parametrize("name", FIELDS)
def test_rule_18_a_field_that_nothing_fills_yet_is_refused_by_name_unless_it_has_a_fallback(name: str) -> None:
    known = field_values(Contact(), NO_COMPANY, NOBODY, Team(), UserId(uuid4()))
    body = f"Pedido #{{{name}}}."
    (fault,) = render(form(body), known, {}).faults
    assert (fault.kind, fault.field, fault.detail) == (
        "missing_value",
        name,
        "Nothing is known to put here; give a value.",
    )
    with_fallback = form(body, fields=(MergeField(name=name, sample="42", fallback="novo"),))
    assert render(with_fallback, known, {}).sendable().body == "Pedido novo."
    assert render(form(body), known, {name: "42"}).sendable().body == "Pedido 42."


@pytest.mark.parametrize(
    "value", ["a\nb", "a\tb", "a\r\nb", "a" + " " * 5 + "b", "", "   ", "{{1}}", "x {{nome}}", "\0", "a\u2028b"]
)
def test_bad_input_76_values_that_meta_would_refuse_are_named(value: str) -> None:
    assert kinds(render(form(), {}, {NAME: value})) == [("invalid_value", NAME)]


def test_bad_input_76_1025_characters_with_the_values_put_in_are_one_too_many() -> None:
    fixed = len("Olá !")
    fits = render(form(), {}, {NAME: "x" * (1024 - fixed)})
    assert (fits.faults, len(fits.content.body)) == ((), 1024)
    assert kinds(render(form(), {}, {NAME: "x" * (1025 - fixed)})) == [("too_long", "body")]


def test_rule_18_characters_are_code_points_after_composition() -> None:
    fixed = len("Olá !")
    decomposed = "e\u0301" * (1024 - fixed)
    assert render(form(), {}, {NAME: decomposed}).sendable().parameters[0].value == "é" * (1024 - fixed)
    assert render(form(), {}, {NAME: "🎂" * (1024 - fixed)}).faults == ()


def test_a_header_has_its_own_limit() -> None:
    told = form("Oi.", header="#{company.name}")
    assert render(told, {COMPANY: "x" * 60}, {}).faults == ()
    assert kinds(render(told, {COMPANY: "x" * 61}, {})) == [("too_long", "header")]


def test_what_records_hold_is_brought_onto_one_line() -> None:
    assert render(form(), {NAME: "Maria\n  da\tSilva\x07"}, {}).sendable().body == "Olá Maria da Silva!"
    assert kinds(render(form(), {NAME: "{{1}}"}, {})) == [("invalid_value", NAME)]


def test_a_value_for_no_field_is_named() -> None:
    assert kinds(render(form(), {NAME: "Ana"}, {"contact.nmae": "x"})) == [("unknown_field", "contact.nmae")]


def test_a_value_is_put_in_as_it_is_though_it_looks_like_a_field() -> None:
    told = form("#{contact.first_name} e #{company.name}.")
    assert render(told, {NAME: "#{company.name}", COMPANY: "ACME"}, {}).sendable().body == "#{company.name} e ACME."


COPY = TemplateButton(kind="copy_code", code="DEZ10")
LINK = TemplateButton(kind="url", text="Ver", url="https://example.com/p/#{contact.first_name}")


def test_buttons_take_their_place_among_all_buttons() -> None:
    buttons = (
        TemplateButton(kind="quick_reply", text="Sim"),
        LINK,
        COPY,
        TemplateButton(kind="url", text="Site", url="https://example.com"),
    )
    content = render(form("Oi.", buttons=buttons), {NAME: "João Silva/x"}, {"copy_code": "VINTE20"}).sendable()
    assert content.buttons == ("Sim", "Ver", "copy_code", "Site")
    assert content.parameters == (
        TemplateParameter(component="button", index=1, value="Jo%C3%A3o%20Silva%2Fx"),
        TemplateParameter(component="button", index=2, kind="coupon_code", value="VINTE20"),
    )


def test_rule_18_the_reviewers_sample_of_a_code_is_never_sent() -> None:
    assert kinds(render(form("Oi.", buttons=(COPY,)), {}, {})) == [("missing_value", "copy_code")]
    told = form("Oi.", buttons=(COPY,), fields=(MergeField(name="copy_code", sample="DEZ10", fallback="CINCO5"),))
    assert render(told, {}, {}).sendable().parameters[0].value == "CINCO5"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A" * 15, []),
        ("A" * 16, ["too_long"]),
        ("A" * 40, ["too_long"]),
        ("DEZ 10%", ["invalid_value"]),
        ("DÉZ", ["invalid_value"]),
        ("", ["invalid_value"]),
        ("{{1}}", ["invalid_value"]),
        ("é" * 16, ["invalid_value"]),
    ],
)
def test_bad_input_76_a_code_is_15_visible_ascii_characters_at_most(code: str, found: list[str]) -> None:
    rendering = render(form("Oi.", buttons=(COPY,)), {}, {"copy_code": code})
    assert kinds(rendering) == [(kind, "copy_code") for kind in found]


def test_bad_input_76_an_address_has_2000_characters_at_most_with_its_value_put_in() -> None:
    fixed, told = len("https://example.com/p/"), form("Oi.", buttons=(COPY, LINK))
    code = {"copy_code": "DEZ10"}
    assert render(told, {}, {**code, NAME: "x" * (2000 - fixed)}).faults == ()
    for value in ("x" * (2001 - fixed), "x" * 4200, "é" * 350):
        assert kinds(render(told, {}, {**code, NAME: value})) == [("too_long", "buttons/1")]


def test_a_template_made_elsewhere_may_name_its_places_each_of_which_is_filled_once() -> None:
    body = "Oi #{parameter.body_first_name}, pedido #{parameter.body_order}, #{parameter.body_first_name}."
    told = form(
        body, parameter_format="named", fields=(MergeField(name="parameter.body_order", sample="1", fallback="7"),)
    )
    content = render(told, {}, {"parameter.body_first_name": "Rita"}).sendable()
    assert content.body == "Oi Rita, pedido 7, Rita."
    assert content.parameters == (
        TemplateParameter(component="body", index=0, value="Rita", name="first_name"),
        TemplateParameter(component="body", index=1, value="7", name="order"),
    )


@given(st.text(max_size=200), st.text(alphabet=string.printable + "áé🎂\u2028\u0301{}#", max_size=1100))
def test_whatever_values_there_are_a_template_is_sendable_or_names_its_faults(known: str, typed: str) -> None:
    for rendering in (render(form(), {NAME: known}, {}), render(form(), {}, {NAME: typed})):
        if rendering.faults:
            assert {fault.kind for fault in rendering.faults} <= {"missing_value", "invalid_value", "too_long"}
            continue
        (parameter,) = rendering.sendable().parameters
        assert parameter.value.strip()
        assert not set("\n\r\t\x00") & set(parameter.value)
        assert " " * 5 not in parameter.value
        assert len(rendering.content.body) <= LONGEST["body"]
        assert parameter.value in rendering.content.body


@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(value: str) -> None:
    assert tidy(tidy(value)) == tidy(value)
