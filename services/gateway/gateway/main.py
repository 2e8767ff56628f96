"""gateway on one screen: what it hears, answers, shows and tells."""

from __future__ import annotations

from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events.gateway import PUBLISHED

from gateway.adapters import dispatcher, door, graph, http, kafka, postgres, unsubscriber, vault
from gateway.application import Connecting, Dispatching, Sending, Staffing, Unsubscribing
from gateway.domain.private import PRIVATE
from gateway.domain.tags import Tags
from gateway.settings import Settings

SHOWS = (postgres.Channels(),)


def build(settings: Settings, tools: Toolbox) -> Service:
    streams = tools.streams((*PUBLISHED, *PRIVATE))
    accounts = graph.GraphAccounts(graph.account_client, *settings.graph, settings.app_id, settings.app_secret)
    messages = graph.GraphMessages(tools.http(**graph.client_options(dispatcher.Limits().in_flight)), *settings.graph)
    tokens, tags = postgres.SealedTokens(tools.connection, vault.Vault(settings.token_keys)), Tags(*settings.tag_keys)
    line, bell = postgres.PendingSends(tools.connection, settings.number_rate), dispatcher.Bell()
    sending = Sending(line, settings.fingerprints(), tools.clock, bell.ring)
    sends, leaving = Dispatching(streams, line, tokens, tags), Unsubscribing(accounts, tokens, tokens)
    sender = dispatcher.Dispatcher(sends, line, messages, bell, tools.clock, held=tools.held)
    joining, staffing = Connecting(streams, accounts, tokens, line, settings.app_id), Staffing(streams)
    entrance = door.Door(settings, tools, tags, postgres.UpdateArchive(tools.connection))
    return Service(
        "gateway",
        streams,
        tells=PUBLISHED,
        hears=[*kafka.from_services(sending, staffing), *entrance.hears(kafka.from_inbound(sending, tags))],
        answers=[http.channel_routes(streams, joining, leaving, postgres.ChannelQuestions(tools.connection))],
        shows=SHOWS,
        also=[sender, unsubscriber.Unsubscriber(leaving), *entrance.also],
        always=entrance.always,
        raw_routes=entrance.routes,
        standing=staffing.standing,
    )
