"""Who is hung up on: clients of a process to whom nothing was sent for long."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

# Accepts a connection, then does and answers what it is told: all its sockets are these.
PROCESS = """
import socket, sys
from mlops.hang_up import hang_up
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    accepted, _ = server.accept()
    for line in sys.stdin:
        print(eval(line), flush=True)
"""


class Server(NamedTuple):
    """A process of its own, and the client's end of a connection to it."""

    process: "subprocess.Popen[str]"
    client: socket.socket

    def does(self, expression: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{expression}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def server() -> Iterator[Server]:
    command = [sys.executable, "-c", PROCESS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            yield Server(process, client)


def test_a_client_who_got_nothing_for_long_is_hung_up_on(server):
    server.client.sendall(b"sent, and then silent")
    time.sleep(0.1)
    assert server.does("hang_up(0.05)") == "1"
    assert server.client.recv(1) == b""


def test_a_client_who_was_answered_lately_stays(server):
    server.does("accepted.send(b'answer')")
    assert server.does("hang_up(60)") == "0"
    assert server.client.recv(6) == b"answer"


def test_connections_that_the_process_made_stay(server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = other.getsockname()
        made = f"setattr(sys, 'made', socket.create_connection({address}))"
        assert server.does(made) == "None"
        with other.accept()[0]:
            time.sleep(0.1)
            assert server.does("hang_up(0.05)") == "1"
            assert server.does("sys.made.send(b'still open')") == "10"
