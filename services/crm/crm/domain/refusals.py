"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class UnknownContact(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such contact."


class ContactIsSuperseded(Refusal):
    rule = "contact_superseded"
    message = "This contact was found to be the same person as another one: change that one."


class ViewOnly(Refusal):
    rule = "view_only"
    status = 403
    message = "Your profile may view contacts, not change them."


class NoPermission(Refusal):
    rule = "no_permission"
    status = 403
    message = "Your profile has no permission for this; an administrator can grant it."


class UnknownUser(Refusal):
    rule = "unknown_user"
    status = 422
    message = "There is no such active user."
