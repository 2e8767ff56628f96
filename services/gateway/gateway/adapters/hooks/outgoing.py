"""Outgoing webhooks as a whole: what administrators set up, and what tells their receivers."""

from __future__ import annotations

import secrets

from recado_chassis.http.events_route import PublishedLog
from recado_chassis.streams import Streams
from recado_chassis.toolbox import Toolbox
from recado_events.gateway import PUBLISHED

from gateway.adapters.hooks.addresses import Addresses
from gateway.adapters.hooks.logs import OWN, AllLogs
from gateway.adapters.hooks.notifier import SLOTS, Notifier
from gateway.adapters.hooks.receivers import HttpReceivers, client_options
from gateway.adapters.hooks.serving import Serving
from gateway.application import Subscribing
from gateway.application.subscription_desk import Desk
from gateway.application.subscription_ports import Cursors, Keeping
from gateway.settings import Settings

FOR_TESTS = 32
"""Connections beside those of the notifier, so that an administrator's test does not wait for slow receivers."""


class Outgoing:
    def __init__(
        self, settings: Settings, tools: Toolbox, streams: Streams, keeping: Keeping, cursors: Cursors
    ) -> None:
        """Of `tools` it takes the clock and the clients of HTTP."""
        subscribing = Subscribing(streams, keeping, secrets.token_bytes)
        logs = AllLogs(
            PublishedLog(OWN, streams, PUBLISHED), settings, lambda: tools.http(timeout=10.0, trust_env=False)
        )
        addresses = Addresses(settings.subscription_allowed_hosts)
        client = tools.http(**client_options(SLOTS + FOR_TESTS))
        receivers = HttpReceivers(client, addresses, tools.clock, settings.subscription_seconds)
        serving = Serving(subscribing, cursors, logs, receivers, settings.subscription_attempts)
        self.desk = Desk(subscribing, keeping, logs, receivers, settings.subscription_limit)
        self.by = Notifier(cursors, logs, serving, tools.clock, settings.subscription_log_days)
