"""A webhook as FastAPI's users write it: signature, one acknowledged record an update, 200.

`uvicorn --factory tests.bench.rivals.fastapi_door:app`, told by DOOR_*.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response


def app() -> FastAPI:
    secret, topic = os.environ["DOOR_SECRET"].encode(), os.environ["DOOR_TOPIC"]

    @asynccontextmanager
    async def producing(app: FastAPI) -> AsyncIterator[None]:
        app.state.producer = AIOKafkaProducer(
            bootstrap_servers=os.environ["DOOR_KAFKA"], acks="all", enable_idempotence=True
        )
        await app.state.producer.start()
        yield
        await app.state.producer.stop()

    door = FastAPI(lifespan=producing)

    @door.post("/webhooks/whatsapp")
    async def webhook(request: Request) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", "")):
            return Response(status_code=401)
        for entry in json.loads(body)["entry"]:
            for change in entry["changes"]:
                value = change["value"]
                number = value["metadata"]["phone_number_id"]
                for message in value.get("messages", ()):
                    record = {"waba_id": entry["id"], "metadata": value["metadata"], "update": message}
                    await door.state.producer.send_and_wait(topic, json.dumps(record).encode(), key=number.encode())
        return Response()

    return door
