"""Joins the parts of one simulated platform; nothing starts here."""

from dataclasses import dataclass
from random import Random

import httpx

from .accounts import Accounts
from .blocks import Blocks
from .clock import Clock
from .config import Config
from .customers import Customers
from .editor import Editor
from .faults import Faults
from .graph import Graph
from .identifiers import Ids
from .limits import Limits
from .media import Media
from .misbehaviour import Misbehaviour
from .numbers import Numbers
from .poster import Poster
from .reviews import Reviews
from .rules import Rules
from .sending import Sending
from .statuses import Statuses
from .store import Store
from .tokens import Tokens
from .webhooks import Webhooks
from .windows import Windows
from .world import World


@dataclass(frozen=True)
class Platform:
    """What the control API can reach."""

    world: World
    tokens: Tokens
    windows: Windows
    statuses: Statuses
    customers: Customers
    webhooks: Webhooks
    poster: Poster
    faults: Faults
    graph: Misbehaviour
    reviews: Reviews


def build(config: Config, clock: Clock, random: Random, http: httpx.AsyncClient) -> Platform:
    """A platform over the state found at `config.log`, seeded if that is empty."""
    rules = Rules()
    world = World(config, rules, clock, Ids(random), Store(config.log), Limits(rules), config.app_secret)
    world.seed()
    faults, poster = Faults(), Poster(rules, http)
    webhooks = Webhooks(world, poster, faults)
    windows = Windows(world)
    statuses = Statuses(world, windows, webhooks)
    tokens, media, numbers = Tokens(world), Media(world), Numbers(world, webhooks, poster)
    sending, accounts = Sending(world, windows, statuses), Accounts(world, numbers, poster)
    reviews = Reviews(world, webhooks)
    graph = Graph(world, tokens, sending, numbers, accounts, media, Editor(world, reviews), Blocks(world, windows))
    customers = Customers(world, windows, media, webhooks)
    front = Misbehaviour(graph, faults, rules)
    return Platform(world, tokens, windows, statuses, customers, webhooks, poster, faults, front, reviews)
