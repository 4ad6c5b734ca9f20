"""Calls deployments in turn, so that whatever changes meanwhile hits all of them alike."""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from random import Random
from threading import Barrier
from time import perf_counter, sleep
from typing import TypeVar

from deployments.measuring.probe import Client, Sample

T = TypeVar("T")

SAMPLES_MAX = 10_000
RATE_MAX = 100.0
IN_FLIGHT_MAX = 64
BURSTS_MAX = 4
# A thread is waiting when its call is due: what it takes to start isn't the target's.
LEAD_SECONDS = 0.005


@dataclass(frozen=True)
class Plan:
    """`samples` calls of each deployment; `cold` is how many cold starts to force of each."""

    samples: int = 10
    warm_up: bool = False
    rate_per_second: float | None = None
    new_connections: bool = False
    cold: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.samples <= SAMPLES_MAX:
            raise ValueError(f"The number of calls must lie between 0 and {SAMPLES_MAX:,}.")
        if self.rate_per_second is not None and not 0 < self.rate_per_second <= RATE_MAX:
            raise ValueError(f"The rate must be above 0 and at most {RATE_MAX:g} a second.")
        if not 0 <= self.cold <= IN_FLIGHT_MAX:
            raise ValueError(f"At most {IN_FLIGHT_MAX} cold starts can be forced.")


@dataclass
class Run:
    """What was measured so far; `finished_at` stays None if it was interrupted."""

    plan: Plan
    path: str
    started_at: datetime
    samples: list[Sample] = field(default_factory=list)
    finished_at: datetime | None = None


def measure(clients: Sequence[Client], plan: Plan) -> Generator[Sample]:
    """Yields each sample as it comes; may be closed at any time.

    Calls that warm up are not yielded. Forced cold starts come last: they leave many warm
    environments behind.
    """
    if plan.warm_up:
        for client in clients:
            client.call()
    order = call_order(clients, plan)
    if plan.rate_per_second:
        yield from _at_rate(order, plan, plan.rate_per_second * len(clients))
    else:
        yield from _in_turn(order, plan)
    if plan.cold:
        for client in clients:
            yield from cold_starts(client, plan.cold)


def call_order(called: Sequence[T], plan: Plan) -> list[T]:
    """In rounds: each has everything once, in an order of its own. The same for the same seed."""
    random = Random(plan.seed)
    return [one for _ in range(plan.samples) for one in random.sample(called, len(called))]


def _in_turn(order: Sequence[Client], plan: Plan) -> Iterator[Sample]:
    for client in order:
        if plan.new_connections:
            client.forget_connections()
        yield client.call()


def _at_rate(order: Sequence[Client], plan: Plan, calls_per_second: float) -> Generator[Sample]:
    """Sends on time also when answers are late, and counts from when it should have sent."""
    done: SimpleQueue[Future[Sample]] = SimpleQueue()
    pool, started, yielded = ThreadPoolExecutor(IN_FLIGHT_MAX), perf_counter(), 0
    try:
        for place, client in enumerate(order):
            intended_at = started + place / calls_per_second
            _sleep_until(intended_at - LEAD_SECONDS)
            if plan.new_connections:
                client.forget_connections()
            pool.submit(_call_at, client, intended_at).add_done_callback(done.put)
            for _ in range(done.qsize()):
                yielded += 1
                yield done.get().result()
        for _ in range(len(order) - yielded):
            yield done.get().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _call_at(client: Client, intended_at: float) -> Sample:
    _sleep_until(intended_at)
    return client.call(intended_at=intended_at)


def _sleep_until(moment: float) -> None:
    sleep(max(0.0, moment - perf_counter()))


def cold_starts(client: Client, wanted: int) -> Iterator[Sample]:
    """Calls at the same moment, so that Lambda needs new execution environments.

    Warm answers of such a burst had to share the machine and are marked `burst`, as cold ones
    are. Ends after some bursts, or at once where answers don't tell whether they were cold.
    """
    cold, size = 0, wanted + 1
    for _ in range(BURSTS_MAX):
        samples = _burst(client, min(size, IN_FLIGHT_MAX))
        yield from samples
        cold += sum(sample.cold_start is True for sample in samples)
        if cold >= wanted or all(sample.cold_start is None for sample in samples):
            return
        size *= 2


def _burst(client: Client, size: int) -> list[Sample]:
    barrier = Barrier(size)

    def call() -> Sample:
        barrier.wait()
        return client.call(burst=True)

    client.forget_connections()
    with ThreadPoolExecutor(size) as pool:
        futures = [pool.submit(call) for _ in range(size)]
        return [future.result() for future in futures]
