"""Who is hung up on: clients of this process to whom nothing was sent for long."""

import socket
import time

import pytest

from mlops.hang_up import hang_up


@pytest.fixture
def pair():
    """Both ends of a connection to this process, the server's last."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
        server.accept()[0] as accepted,
    ):
        yield client, accepted


def test_a_client_who_got_nothing_for_long_is_hung_up_on(pair):
    client, _ = pair
    client.sendall(b"sent, and then silent")
    time.sleep(0.1)
    assert hang_up(0.05) >= 1
    assert client.recv(1) == b""


def test_a_client_who_was_answered_lately_stays(pair):
    client, accepted = pair
    accepted.sendall(b"answer")
    assert hang_up(60) == 0
    assert client.recv(6) == b"answer"


def test_connections_that_this_process_made_stay(pair):
    client, accepted = pair
    time.sleep(0.1)
    accepted.close()
    assert hang_up(0.05) == 0
