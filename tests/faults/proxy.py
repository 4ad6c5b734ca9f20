"""A TCP proxy before PostgreSQL's socket that does what networks and hosts do wrong."""

import contextlib
import math
import socket
import threading
import time
from pathlib import Path


class Proxy:
    """`silent` bytes are read, and so acknowledged, but not passed on: also those of connections
    that are open. `delay` seconds pass before each answer. `refuses` new connections.
    After `cut_after` bytes of answers the database is gone."""

    def __init__(self, target: Path) -> None:
        self.target = str(target)
        self.silent = False
        self.delay = 0.0
        self.refuses = False
        self.cut_after = math.inf
        self._sockets: list[socket.socket] = []
        self._unheard: set[socket.socket] = set()
        self._waiting: list[socket.socket] = []
        self.port = 0
        self._server = self._listen()

    def heal(self) -> None:
        """What was swallowed is lost: as after a fault, those connections are over."""
        if self.silent:
            self.cut()
        self.silent, self.delay, self.refuses = False, 0.0, False
        self.cut_after = math.inf
        if self._waiting:
            for end in (self._server, *self._waiting):
                end.close()
            self._waiting.clear()
            self._server = self._listen()

    def hole(self) -> None:
        """Connections are gone without a word, and the packets of new ones vanish: the kernel
        drops them where nobody accepts and the queue is full."""
        self.silent = True
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._server = socket.create_server(("127.0.0.1", self.port), backlog=0)
        for _ in range(4):
            end = socket.socket()
            end.setblocking(False)
            end.connect_ex(("127.0.0.1", self.port))
            self._waiting.append(end)

    def cut(self) -> None:
        """Ends every open connection, on both sides."""
        for end in self._sockets:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def lose_answers(self) -> None:
        """Of the connections that are open: what is asked is done, and nobody hears of it."""
        self._unheard |= set(self._sockets)

    def cut_answers(self) -> None:
        """Ends what the database says: half of each connection."""
        for end in self._sockets[::2]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def _listen(self) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = int(listening.getsockname()[1])
        threading.Thread(target=self._accept, args=[listening], daemon=True).start()
        return listening

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            if self.refuses:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                server.close()
                continue
            self._sockets += [client, server]
            for source, sink, delayed in ((client, server, False), (server, client, True)):
                arguments = (source, sink, delayed)
                threading.Thread(target=self._pass, args=arguments, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if is_answer:
                    time.sleep(self.delay)
                    self.cut_after -= len(data)
                if self.cut_after < 0:
                    self.refuses = True
                    self.cut()
                if not self.silent and not (is_answer and source in self._unheard):
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
