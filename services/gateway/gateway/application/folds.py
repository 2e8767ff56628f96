"""How the gateway's streams are folded: one object each, so that states once loaded are remembered."""

from __future__ import annotations

from recado_chassis.work import Fold

from gateway.domain import channel, dispatch, edition, fetching, staff, subscription, template_request, uploads

CHANNEL = Fold(channel.Channel(), channel.evolve)
DISPATCH = Fold(dispatch.Dispatch(), dispatch.evolve)
EDITION = Fold(edition.Edition(), edition.evolve)
FETCH = Fold(fetching.Fetch(), fetching.evolve)
STAFF = Fold(staff.Staff(), staff.evolve)
SUBSCRIPTIONS = Fold(subscription.Subscriptions(), subscription.evolve)
TEMPLATE_REQUEST = Fold(template_request.TemplateRequest(), template_request.evolve)
UPLOAD = Fold(uploads.Upload(), uploads.evolve)
