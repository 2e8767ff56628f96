"""Why a message did not reach its customer, in words a person understands, in the languages the product speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversations.domain.message import is_lost
from conversations.views.failure_texts import ARRIVED, OTHER, TEXTS

_META: dict[tuple[int, ...], str] = {
    (131047, 470): "window_closed",
    (131049,): "marketing_limit",
    (131050,): "marketing_stopped",
    (130472,): "in_experiment",
    (131026, 1026): "undeliverable",
    (132000, 132008, 132012, 132018, 131008, 131009): "values_refused",
    (132001,): "template_missing",
    (132005,): "template_too_long",
    (132007,): "template_against_policy",
    (132015,): "template_paused",
    (132016,): "template_disabled",
    (132068, 132069): "flow_blocked",
    (131042,): "meta_payment",
    (130429, 131048, 131056, 80007, 4, 17, 32, 613): "too_many_messages",
    (131021,): "sent_to_itself",
    (131030,): "not_a_test_recipient",
    (131031, 368, 131064): "account_restricted",
    (130497,): "country_not_allowed",
    (130403,): "blocked_by_business",
    (131037,): "name_not_approved",
    (131045, 133010): "number_not_registered",
    (190, 0, 3, 10, 200, 131005): "authorisation_lost",
    (131053,): "media_refused",
    (131062,): "number_needed",
    (131063, 131055, 134100): "marketing_not_on_this_channel",
    (131000, 131016, 131057, 133004, 2, 1): "meta_unavailable",
}
_OF_CODE = {code: reason for codes, reason in _META.items() for code in codes}
_ALSO_CALLED = {"frozen": "edition_frozen", "customer_blocked": "blocked_by_business"}
"""Reasons of the gateway, of billing and of conversations itself have their names in the texts, but for these."""


def failure_of(statuses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """`statuses` by word, each with `reason` and Meta's `codes`. None where nothing says that it failed."""
    told = next((statuses[word] for word in ("failed", "rejected", "withdrawn", "refused") if word in statuses), None)
    if told is None:
        return None
    code = next(iter(told["codes"]), None)
    named = told["reason"] if code is None else _OF_CODE.get(code)
    reason = _ALSO_CALLED.get(named or OTHER, named) if is_lost(set(statuses)) else ARRIVED
    reason, text = (reason, TEXTS[reason]) if reason in TEXTS else (OTHER, TEXTS[OTHER])
    return {"reason": reason, "code": code, "texts": {"en": text.en, "pt-BR": text.pt}}
