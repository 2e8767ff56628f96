"""A webhook as pywa's users write it, on FastAPI: its signature check, one acknowledged record a message, 200.

`uvicorn --factory tests.bench.rivals.pywa_door:app`, told by DOOR_*.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pywa_async import WhatsApp  # type: ignore[attr-defined] # it re-exports without saying so
from pywa_async.types import Message  # type: ignore[attr-defined]


def app() -> FastAPI:
    logging.getLogger("pywa").setLevel(logging.WARNING)
    topic = os.environ["DOOR_TOPIC"]

    @asynccontextmanager
    async def producing(app: FastAPI) -> AsyncIterator[None]:
        app.state.producer = AIOKafkaProducer(
            bootstrap_servers=os.environ["DOOR_KAFKA"], acks="all", enable_idempotence=True
        )
        await app.state.producer.start()
        yield
        await app.state.producer.stop()

    door = FastAPI(lifespan=producing)
    whatsapp = WhatsApp(
        phone_id="106540000000000",
        token="EAAG",
        server=door,
        webhook_endpoint="/webhooks/whatsapp",
        verify_token="verify",
        app_secret=os.environ["DOOR_SECRET"],
        filter_updates=False,
        skip_duplicate_updates=False,  # else a body that is sent again costs nothing
    )

    @whatsapp.on_message  # type: ignore[misc]
    async def received(_: WhatsApp, message: Message) -> None:
        number = message.metadata.phone_number_id
        record = {"waba_id": message.raw["entry"][0]["id"], "update": message.raw["entry"][0]["changes"][0]["value"]}
        await door.state.producer.send_and_wait(topic, json.dumps(record).encode(), key=number.encode())

    return door
