"""One story played through the running system, each step with the command that shows it and what it answered."""

import httpx
from rich.console import Console

from deploy.local.api import Api
from deploy.local.endpoints import people
from deploy.local.state import State
from deploy.local.story.business_writes import BusinessWrites
from deploy.local.story.characters import new_customer
from deploy.local.story.credits import CreditsBought
from deploy.local.story.customer_writes import CustomerWrites
from deploy.local.story.telling import Json, Teller


def play_story(endpoints: Json, state: State, console: Console) -> None:
    """A customer asks and is answered; credits are bought; the business writes first, and sees what it cost.

    Raises LocalError at the step that fails.
    """
    agents = {user: f"agent-{number}" for number, user in enumerate(state.read("organisation")["agents"], 1)}
    with httpx.Client(timeout=30) as client:
        teller = Teller(Api(client, people(endpoints)), endpoints, state.headers, console)
        asking, absent = new_customer(), new_customer()
        CustomerWrites(teller, agents).play(asking)
        CreditsBought(teller).play()
        BusinessWrites(teller, agents).play(absent)
    console.print("\n[bold green]The story went through.[/]")
