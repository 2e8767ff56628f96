"""The few things that a person does at Meta: here they are calls of the simulator's control API."""

from typing import Any

from deploy.local.api import Api, Call

Endpoints = dict[str, Any]


def signup_code(api: Api, endpoints: Endpoints) -> str:
    """What Embedded Signup hands over at its end; valid once, for seconds."""
    answer = api.get(Call("POST", f"{endpoints['simulator']}/control/codes", None, {"waba_id": endpoints["waba_id"]}))
    return str(answer["code"])


def customer_exists(endpoints: Endpoints, wa_id: str, name: str) -> Call:
    return Call("POST", f"{endpoints['simulator']}/control/customers", None, {"wa_id": wa_id, "name": name})


def customer_writes(endpoints: Endpoints, wa_id: str, text: str, timestamp: int | None = None) -> Call:
    """`timestamp`: when, in Unix time; now where it is left out."""
    message: Endpoints = {"phone_number_id": endpoints["phone_number_id"], "text": text}
    if timestamp is not None:
        message["timestamp"] = timestamp
    return Call("POST", f"{endpoints['simulator']}/control/customers/{wa_id}/messages", None, message)


def accepted_sends(endpoints: Endpoints, after: int = 0) -> Call:
    return Call("GET", f"{endpoints['simulator']}/control/sends?after={after}")
