"""Gives a new installation one organisation to work with, over HTTP as its users would, as often as it is run."""

import time
from typing import Any

from deploy.local.api import Api, Call
from deploy.local.credentials import Organisation
from deploy.local.errors import LocalError
from deploy.local.simulated_meta import signup_code

Endpoints = dict[str, Any]
AGENTS = ("Beatriz Ramos", "Caio Teixeira", "Dalva Pinto")
ADMINISTRATOR = "Ana Moraes"
ORGANISATION_NAME = "Bicicletas Moraes"
EDITION = "premier"
CHANNEL_NAME = "Front desk"
PIN = "123456"
ARRIVAL_SECONDS = 30


def seed(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    """What is there already, or was changed since, stays as it is."""
    _seed_organisation(api, endpoints, organisation)
    _seed_people(api, endpoints, organisation)
    _seed_channel(api, endpoints, organisation)
    _seed_rota(api, endpoints, organisation)


def _seed_organisation(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    """With an edition that may use WhatsApp; the gateway connects nobody before it has heard of it."""
    url = f"{endpoints['billing']}/organisations/{organisation.organisation_id}"
    if api.ask(Call("GET", url, "operator")).status_code == 404:
        api.get(Call("PUT", url, "operator", {"name": ORGANISATION_NAME, "locale": "pt-BR", "edition": EDITION}))


def _seed_people(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    url = f"{endpoints['conversations']}/users"
    known = {user["user_id"] for user in api.get(Call("GET", url, "administrator"))["items"]}
    grant = {"level": "view_reply", "scope": "all"}
    if organisation.administrator not in known:
        profile = f"{endpoints['conversations']}/profiles/{organisation.profile_id}/grant"
        api.get(Call("PUT", profile, "administrator", grant))
        administrator = {"name": ADMINISTRATOR, "role": "administrator", "active": True}
        api.get(Call("PUT", f"{url}/{organisation.administrator}", "administrator", administrator))
    for user_id, name in zip(organisation.agents, AGENTS, strict=True):
        if user_id not in known:
            member = {"name": name, "role": "member", "profile_id": organisation.profile_id, "active": True}
            api.get(Call("PUT", f"{url}/{user_id}", "administrator", member))


def _seed_channel(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    channel = f"{endpoints['gateway']}/channels/{organisation.phone_number_id}"
    found = api.ask(Call("GET", channel, "administrator"))
    status = found.json()["status"] if found.is_success else None
    if status in {"connected", "disconnected"}:
        return
    if status == "connecting":
        resume = {"code": signup_code(api, endpoints), "pin": PIN}
        api.get(Call("POST", f"{channel}/resume", "administrator", resume))
    elif found.status_code == 404:
        _connect(api, endpoints, organisation)
    else:
        raise LocalError(f"GET {channel} answered {found.status_code}: {found.text}")
    api.get(Call("PUT", f"{channel}/details", "administrator", {"name": CHANNEL_NAME}))


def _connect(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    """The gateway hears of the edition a moment after it was settled; a code is good once."""
    about = {"waba_id": organisation.waba_id, "phone_number_id": organisation.phone_number_id, "name": CHANNEL_NAME}
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        body = {**about, "code": signup_code(api, endpoints), "pin": PIN}
        answer = api.ask(Call("POST", f"{endpoints['gateway']}/channels", "administrator", body))
        if answer.is_success:
            return
        if answer.status_code != 403 or time.monotonic() > deadline:
            raise LocalError(f"the number could not be connected: {answer.status_code} {answer.text}")
        time.sleep(0.2)


def _seed_rota(api: Api, endpoints: Endpoints, organisation: Organisation) -> None:
    url = f"{endpoints['conversations']}/channels/{organisation.phone_number_id}/rota"
    rota = api.ask(Call("GET", url, "administrator"))
    if rota.is_success and rota.json()["members"]:
        return
    members = {"members": organisation.agents, "only_online": False}
    put = Call("PUT", url, "administrator", members)
    api.until(put, lambda _: True, seconds=ARRIVAL_SECONDS, what="conversations has heard of the channel")
