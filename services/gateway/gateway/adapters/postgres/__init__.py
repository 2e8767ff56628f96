"""The gateway's own tables: the line of waiting sends with its rates, access tokens, channels on screen,
every update as it came, requests about templates and what was seen of these, outgoing webhooks."""

from gateway.adapters.postgres.archive import UpdateArchive
from gateway.adapters.postgres.channels import ChannelQuestions, Channels
from gateway.adapters.postgres.line import PendingSends
from gateway.adapters.postgres.media_lines import MediaTables
from gateway.adapters.postgres.resealing import Resealing
from gateway.adapters.postgres.subscription_tables import for_subscriptions
from gateway.adapters.postgres.template_tables import TemplateTables
from gateway.adapters.postgres.tokens import SealedTokens

__all__ = [
    "ChannelQuestions",
    "Channels",
    "MediaTables",
    "PendingSends",
    "Resealing",
    "SealedTokens",
    "TemplateTables",
    "UpdateArchive",
    "for_subscriptions",
]
