"""gateway on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.gateway import PUBLISHED

from gateway.adapters import dispatcher, door, graph, http, kafka, notices, postgres, template_desk, unsubscriber, vault
from gateway.application import Connecting, Dispatching, Reviewing, Sending, Staffing, Unsubscribing
from gateway.domain.private import PRIVATE
from gateway.domain.tags import Tags
from gateway.settings import Settings

SHOWS = (postgres.Channels(),)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams, tables = tools.streams((*PUBLISHED, *PRIVATE)), postgres.TemplateTables(tools.connection)
    signup, meta = graph.for_administrators(settings.graph, settings.app_id, settings.app_secret)
    messages = graph.GraphMessages(tools.http(**graph.client_options(dispatcher.Limits().in_flight)), *settings.graph)
    tokens, tags = postgres.SealedTokens(tools.connection, vault.Vault(settings.token_keys)), Tags(*settings.tag_keys)
    line, bell = postgres.PendingSends(tools.connection, settings.number_rate), dispatcher.Bell()
    sending, staffing = Sending(line, settings.fingerprints(), tools.clock, bell.ring), Staffing(streams)
    sends, reviews = Dispatching(streams, line, tokens, tags), Reviewing(streams, tokens, tables, meta, settings.looks)
    sender = dispatcher.Dispatcher(sends, line, messages, bell, tools.clock, held=tools.held)
    joins, leaves = Connecting(streams, signup, tokens, line, settings.app_id), Unsubscribing(signup, tokens, tokens)
    entrance = door.Door(settings, tools, tags, postgres.UpdateArchive(tools.connection))
    return Service(
        "gateway",
        streams,
        tells=PUBLISHED,
        hears=entrance.hears(kafka.hears(sending, staffing, reviews.queueing, tags, notices.reaction())),
        answers=[http.channel_routes(streams, joins, leaves, postgres.ChannelQuestions(tools.connection))],
        shows=SHOWS,
        also=[sender, unsubscriber.Unsubscriber(leaves), template_desk.TemplateDesk(reviews), *entrance.also],
        always=entrance.always,
        raw_routes=entrance.routes,
        standing=staffing.standing,
    )
