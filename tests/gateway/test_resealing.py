"""A key of tokens can be taken away once every token is sealed with another one."""

from __future__ import annotations

import json
import os
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

from gateway.adapters.postgres import Resealing
from gateway.adapters.vault import Vault
from gateway.application.accounts import Resealed

from tests.gateway.stage import KEYS, OTHER_NUMBER, PIN, WABA, Stage
from tests.gateway.test_unsubscribing import disconnected_in_vain
from tests.harness.nursery import run
from tests.simulator.faults import Scope

RECADO = Path(sys.executable).parent / "recado"
NEW_KEY = "b" * 43
THIRD = "106540352242944"


def recado(stage: Stage, *keys: str) -> tuple[int, str]:
    told = {"RECADO_DATABASE": stage.dsn, "RECADO_TOKEN_KEY": json.dumps(keys)}
    done = run([str(RECADO), "gateway", "tokens", "reseal", "--json"], {**os.environ, **told})
    return done.returncode, done.stdout or done.stderr


async def tokens_everywhere(stage: Stage) -> None:
    """One that is in use, one that is not checked yet, one that waits to unsubscribe."""
    await disconnected_in_vain(stage)
    await stage.meta.clear_faults()
    await stage.connect(OTHER_NUMBER)
    await stage.meta.fault("drop", scope=Scope(operation="debug_token"))
    async with stage.administrator() as client:
        asked = {"waba_id": WABA, "phone_number_id": THIRD, "code": await stage.meta.mint_code(WABA), "pin": PIN}
        assert (await client.post("/channels", json=asked)).json()["step"] == "token_check"


async def test_after_resealing_the_old_key_is_needed_no_more(stage: Stage) -> None:
    await tokens_everywhere(stage)
    used = (stage.organisation, OTHER_NUMBER)
    before = stage.tokens.find([used])

    code, told = recado(stage, NEW_KEY, KEYS["token_key"])

    assert (code, json.loads(told)) == (0, {"sealed": 3, "unreadable": 0})
    assert recado(stage, NEW_KEY) == (0, told)
    async with Stage(stage.dsn, stage.meta, stage.organisation, token_key=NEW_KEY) as rotated:
        assert rotated.tokens.find([used]) == before != {}


async def test_a_token_that_no_key_opens_is_told_and_stops_no_other(stage: Stage) -> None:
    await tokens_everywhere(stage)
    with stage.on_database.store.connection() as connection:
        connection.execute("UPDATE channel_tokens SET ciphertext = '\\x00'")

    code, told = recado(stage, NEW_KEY, KEYS["token_key"])

    assert (code, json.loads(told)) == (1, {"sealed": 2, "unreadable": 1})


async def test_a_token_replaced_meanwhile_is_left_as_it_is(stage: Stage) -> None:
    await stage.connect()
    resealing = Resealing(stage.on_database.store.connection, Overtaken(stage))

    assert resealing.reseal() == Resealed(sealed=1, unreadable=0)
    with stage.on_database.store.connection() as connection:
        assert connection.execute("SELECT ciphertext FROM channel_tokens").fetchall() == [(b"another",)]


class Overtaken(Vault):
    """Somebody keeps another token while this one is sealed."""

    def __init__(self, stage: Stage) -> None:
        super().__init__([b"n" * 32, urlsafe_b64decode(KEYS["token_key"] + "==")])
        self._connection = stage.on_database.store.connection

    def seal(self, secret: str, *place: str) -> bytes:
        with self._connection() as connection:
            connection.execute("UPDATE channel_tokens SET ciphertext = 'another'")
        return super().seal(secret, *place)


def test_a_key_that_is_none_is_refused_by_name(dsn: str) -> None:
    told = {"RECADO_DATABASE": dsn, "RECADO_TOKEN_KEY": "too short"}
    done = run([str(RECADO), "gateway", "tokens", "reseal"], {**os.environ, **told})

    assert done.returncode == 1
    assert "RECADO_TOKEN_KEY" in done.stderr
    assert "too short" not in done.stderr
