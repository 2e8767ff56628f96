"""What workers look after without being told: requests that nobody answers, conversations in which nobody writes,
queues that are longer than what one command gives away."""

from __future__ import annotations

from recado_chassis.running.periodic import Periodic
from recado_chassis.streams import Streams

from conversations.application import Draining, Expiring, Listening, People, Ruling, Silencing
from conversations.application.scene import Scene
from conversations.views import Questions


def rounds(streams: Streams, scene: Scene, questions: Questions) -> list[Periodic]:
    expiring, silencing = Expiring(streams, Listening(scene), questions), Silencing(streams, Ruling(scene), questions)
    return [
        Periodic("expirer", expiring.expire, 15.0),
        Periodic("silences", silencing.close, 15.0),
        Periodic("drainer", Draining(streams, People(scene), questions).drain, 1.0),
    ]
