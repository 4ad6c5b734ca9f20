"""Times calls of several deployments in turn, and says which is quicker and how sure that is."""

import random
import re
from argparse import ArgumentTypeError
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from deployments.addresses import AddressRefused, check_url
from deployments.measuring import run_reports
from deployments.measuring.probe import Client, Target
from deployments.measuring.rounds import IN_FLIGHT_MAX, Plan, Run, measure
from deployments.measuring.stored_runs import deployments_of, store_run
from deployments.measuring.terminal import ProgressBar, interruption
from deployments.models import NAME_PATTERN, URL_MAX
from deployments.registry import RegistryError

TARGETS_MAX = 8


def target(text: str) -> Target:
    name, _, url = text.partition("=")
    if not re.match(NAME_PATTERN, name):
        raise ArgumentTypeError(f"{text}: give NAME=URL, such as ec2=http://localhost:5001")
    try:
        return Target(name, check_url(url))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = (
        "Times calls of several deployments, one after the other in random order, and compares"
        " them: percentiles with 95 % intervals, cold starts apart, failures counted. Ctrl-C"
        " ends it and keeps what was measured."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--target", action="append", type=target, required=True, metavar="NAME=URL")
        add("-n", type=int, default=10, metavar="N", help="Calls of each target. Default: 10.")
        add("--path", default="/health", help="What is called. Default: /health.")
        add("--with-key", action="store_true", help="Send MLOPS_API_KEY; a closed path needs it.")
        add("--warm-up", action="store_true", help="First call each target once, uncounted.")
        add("--rate", type=float, metavar="R", help="Calls a second of each target, on time.")
        add("--cold", type=int, default=0, metavar="N", help="Then force N cold starts of each.")
        add("--new-connections", action="store_true", help="Open one for each call.")
        add("--save", action="store_true", help="Store the run; the dashboard shows it.")
        add("--seed", type=int, help="Of the order of calls. Default: another each time.")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="Print figures and samples as JSON.")
        form.add_argument("--csv", action="store_true", help="Print the samples as CSV.")

    def handle(self, *args: Any, **options: Any) -> None:
        targets = _distinct(options["target"])
        try:
            plan = _plan(options)
            headers = _headers(options["with_key"])
            clients = [_client(one, options["path"], headers) for one in targets]
            deployments = deployments_of(targets) if options["save"] else {}
        except (ValueError, RegistryError) as error:
            raise CommandError(str(error)) from error
        run = Run(plan, options["path"], datetime.now(UTC))
        self._measure(clients, run)
        if deployments and run.samples:
            store_run(run, deployments)
        self._print([one.name for one in targets], run, options)

    def _measure(self, clients: list[Client], run: Run) -> None:
        bar = ProgressBar(self.stderr, len(clients) * run.plan.samples)
        try:
            with interruption() as interrupted, closing(measure(clients, run.plan)) as measured:
                for sample in measured:
                    run.samples.append(sample)
                    bar.advance()
                    if interrupted.is_set():
                        return
            run.finished_at = datetime.now(UTC)
        except AddressRefused as error:
            raise CommandError(str(error)) from error
        finally:
            bar.close()

    def _print(self, names: list[str], run: Run, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(run_reports.as_json(names, run))
        elif options["csv"]:
            self.stdout.write(run_reports.as_csv(run), ending="")
        else:
            self.stdout.write(run_reports.table(names, run))
        if not run.finished_at:
            self.stderr.write(f"Interrupted after {len(run.samples)} calls; they are kept.")


def _distinct(targets: list[Target]) -> list[Target]:
    if len({one.name for one in targets}) < len(targets) or len(targets) > TARGETS_MAX:
        raise CommandError(f"Give up to {TARGETS_MAX} targets, each with a name of its own.")
    return targets


def _plan(options: dict[str, Any]) -> Plan:
    seed = options["seed"]
    return Plan(
        samples=options["n"],
        warm_up=options["warm_up"],
        rate_per_second=options["rate"],
        new_connections=options["new_connections"],
        cold=options["cold"],
        seed=random.getrandbits(31) if seed is None else seed,
    )


def _headers(with_key: bool) -> dict[str, str]:
    if with_key and not settings.MLOPS_API_KEY:
        raise ValueError("Set MLOPS_API_KEY in the environment to send it.")
    return {"X-API-Key": settings.MLOPS_API_KEY} if with_key else {}


def _client(one: Target, path: str, headers: dict[str, str]) -> Client:
    if len(path) > URL_MAX:
        raise ValueError(f"The path must have at most {URL_MAX} characters.")
    # Whoever types this command can reach private addresses anyhow.
    return Client(one, path, private_allowed=True, connections=IN_FLIGHT_MAX, headers=headers)
