"""Hangs up on those to whom nothing could be sent for long: slow senders, and stalled readers.

The server has a deadline for heads alone, and its WSGI can't end the reading of a body.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread

# A connection may have been idle for 20 of them: the rest is what an answer may take.
SILENT_SECONDS = 45.0
# In Linux's struct tcp_info: tcpi_last_data_sent, milliseconds.
LAST_DATA_SENT = slice(44, 48)


def start() -> None:
    if hasattr(socket, "TCP_INFO") and os.path.isdir("/proc/self/fd"):
        Thread(target=_hang_up_for_ever, daemon=True).start()


def _hang_up_for_ever() -> None:
    while True:
        time.sleep(1)
        hang_up(SILENT_SECONDS)


def hang_up(silent_seconds: float) -> int:
    """Shuts the connections that clients made to this process; answers how many."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in _sockets()]
        ports = {_port(each) for each in sockets if _is_listening(each)}
        silent = [
            each
            for each in sockets
            if not _is_listening(each)
            and _port(each) in ports
            and _seconds_since_sent(each) > silent_seconds
        ]
        for each in silent:
            _shut(each)
        return len(silent)


def _sockets() -> Iterator[socket.socket]:
    """Copies: whatever becomes of a file descriptor meanwhile, they stay what they were."""
    for name in os.listdir("/proc/self/fd"):
        try:
            copy = os.dup(int(name))
        except OSError:
            continue
        try:
            stream = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            continue
        if stream.type == socket.SOCK_STREAM and stream.family in (socket.AF_INET, socket.AF_INET6):
            yield stream
        else:
            stream.close()


def _is_listening(stream: socket.socket) -> bool:
    return bool(stream.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _port(stream: socket.socket) -> int:
    return int(stream.getsockname()[1])


def _seconds_since_sent(stream: socket.socket) -> float:
    info = stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_SENT.stop)
    return int.from_bytes(info[LAST_DATA_SENT], "little") / 1000


def _shut(stream: socket.socket) -> None:
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It has gone by itself.
        return
