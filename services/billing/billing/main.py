"""billing on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.billing import PUBLISHED

from billing.adapters import http, kafka, periodic, provider
from billing.adapters.postgres import WALLETS, DueQuestions, WalletQuestions
from billing.application import Books, Buying, Charging, Expiring, Listening, Recharging, Settling
from billing.domain.private import PRIVATE
from billing.settings import Settings

SHOWS = (WALLETS,)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, books = tools.streams((*PUBLISHED, *PRIVATE)), Books(settings.purchase_fee_basis_points)
    payments, due = provider.StripePayments(*settings.payments), DueQuestions(tools.connection)
    charging, listening, settling = Charging(books), Listening(books, streams), Settling(books)
    buying, questions = Buying(books, streams, payments), WalletQuestions(tools.connection)
    expiring, recharging = Expiring(streams, charging, due), Recharging(books, streams, payments, due)
    return Service(
        "billing",
        streams,
        tells=PUBLISHED,
        hears=kafka.hears(charging, listening),
        answers=[
            http.organisation_routes(streams, settling, questions),
            http.price_routes(streams, settling),
            http.wallet_routes(streams, settling, questions, tools.clock),
            http.purchase_routes(streams, books, buying, questions),
        ],
        shows=SHOWS,
        also=periodic.rounds(expiring, recharging),
        raw_routes=provider.routes(streams, buying, settings.notice_secrets, settings.payments_tolerance),
        standing=listening.standing,
    )
