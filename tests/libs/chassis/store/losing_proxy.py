"""A network that can lose the answer to a COMMIT, or the COMMIT itself."""

import socket
import threading
from contextlib import suppress
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

Loss = Literal["nothing", "answer", "request"]


class LosingProxy:
    """Stands between a store and its server. `loses` says what happens to the next COMMIT; then all is well again."""

    def __init__(self, dsn: str) -> None:
        server = conninfo_to_dict(dsn)
        self._address = (str(server["host"]), int(server["port"] or 5432))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.dsn = make_conninfo(dsn, host="127.0.0.1", port=self._listener.getsockname()[1])
        self.loses: Loss = "nothing"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._address)
            except OSError:  # the database is away: whoever comes is told so, and may come again
                client.close()
                continue
            mute = threading.Event()
            for source, to in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, to, client, mute), daemon=True).start()

    def _forward(self, source: socket.socket, to: socket.socket, client: socket.socket, mute: threading.Event) -> None:
        try:
            while data := source.recv(65_536):
                if source is client and b"COMMIT" in data and self.loses != "nothing":
                    loss, self.loses = self.loses, "nothing"
                    if loss == "request":
                        break
                    mute.set()
                if source is not client and mute.is_set():
                    break
                to.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, to):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
