"""Hostile input of a fixed seed: no 500, and memory bounded. All of it with -m slow."""

import logging
import resource
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from tests.hostile.inputs import Input, hostile_inputs
from tracking.store import append

pytestmark = pytest.mark.django_db

SEED = 20260301
AT_ONCE = 200
GROWTH_MAX_MB = 150


@pytest.fixture
def quiet() -> Iterator[None]:
    """Each refusal is logged, and pytest keeps what is logged."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def send(client: Client, given: Input) -> int:
    answer = client.generic(
        given.method, given.path, given.body, given.content_type, headers=given.headers
    )
    length = len(answer.getvalue())
    assert answer.status_code < 500, (given, answer.status_code, answer.getvalue()[:300])
    return length


def send_all(client: Client, inputs: list[Input]) -> None:
    """What they store is rolled back now and then, as are log-outs."""
    client.raise_request_exception = False
    log_in = client.cookies["sessionid"].value
    for start in range(0, len(inputs), AT_ONCE):
        append.known_sets.forget()
        with transaction.atomic():
            for given in inputs[start : start + AT_ONCE]:
                client.cookies["sessionid"] = log_in
                send(client, given)
            transaction.set_rollback(True)


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def test_no_hostile_input_is_an_error_of_the_service(admin, quiet):
    send_all(admin, hostile_inputs(SEED, 700))


@pytest.mark.slow
def test_thirty_thousand_hostile_inputs_leave_the_service_standing(admin, quiet):
    send_all(admin, hostile_inputs(SEED, 2_000))
    before = memory_mb()
    for seed in range(1, 29):
        send_all(admin, hostile_inputs(SEED + seed, 1_000))
    assert memory_mb() - before < GROWTH_MAX_MB
