"""The client's types have the names of the wire, no more and no fewer."""

import re
from pathlib import Path

from tracking.wire.payload import OWN_NAMES, WIRE_NAMES

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "clients/typescript/src/record.ts").read_text()


def fields(interface: str) -> set[str]:
    body = RECORD.partition(f"interface {interface} ")[2].partition("\n}\n")[0]
    return set(re.findall(r"(?m)^  (\w+)\??:", body))


def test_metrics_has_the_wires_names():
    assert fields("Shared") | fields("Metrics") == WIRE_NAMES


def test_a_request_has_the_services_own_names():
    renamed = set(OWN_NAMES.values())
    assert fields("Shared") | fields("AIRequest") == WIRE_NAMES - renamed | OWN_NAMES.keys()
