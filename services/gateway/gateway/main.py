"""gateway on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.gateway import PUBLISHED

from gateway.adapters import dispatcher, door, graph, hooks, http, kafka, periodic, postgres, vault
from gateway.application import Connecting, Dispatching, Moving, Reviewing, Sending, Staffing, Unsubscribing
from gateway.domain import PRIVATE, Tags
from gateway.settings import Settings

SHOWS = (postgres.Channels(),)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, db, bell = tools.streams((*PUBLISHED, *PRIVATE)), tools.connection, dispatcher.Bell()
    safe, tags, tables = vault.Vault(settings.token_keys), Tags(*settings.tag_keys), postgres.TemplateTables(db)
    signup, meta, messages, at_meta = graph.clients(settings, tools.http, dispatcher.Limits().in_flight)
    tokens, line = postgres.SealedTokens(db, safe), postgres.PendingSends(db, settings.number_rate)
    files = Moving(streams, postgres.MediaTables(db), line, tokens, at_meta, settings.files())
    sending, staffing = Sending(line, settings.fingerprints(), tools.clock, bell.ring, files), Staffing(streams)
    sends, reviews = Dispatching(streams, line, tokens, tags), Reviewing(streams, tokens, tables, meta, settings.looks)
    sender = dispatcher.Dispatcher(sends, line, messages, bell, tools.clock, held=tools.held)
    joins, leaves = Connecting(streams, signup, tokens, line, settings.app_id), Unsubscribing(signup, tokens, tokens)
    entrance, questions = door.Door(settings, tools, tags, postgres.UpdateArchive(db)), postgres.ChannelQuestions(db)
    told = hooks.Outgoing(settings, tools, streams, *postgres.for_subscriptions(db, safe, tools.ids.new))
    return Service(
        "gateway",
        streams,
        tells=PUBLISHED,
        hears=entrance.hears(kafka.hears(sending, staffing, reviews.queueing, tags, files)),
        answers=[http.channel_routes(streams, joins, leaves, questions), http.subscription_routes(told.desk)],
        shows=SHOWS,
        also=[sender, *periodic.rounds(leaves, reviews), *entrance.also, told.by],
        apart={"media": [dispatcher.Mover(files)]},
        **entrance.around,
        standing=staffing.standing,
    )
