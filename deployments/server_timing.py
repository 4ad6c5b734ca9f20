"""What an answer's headers tell of how it was served: `Server-Timing` and `X-Cold-Start`."""

import re

METRIC = re.compile(r"^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})\s*(?:;(.*))?$")
DURATION = re.compile(r"(?:^|;)\s*dur\s*=\s*\"?([0-9]{1,9}(?:\.[0-9]{1,9})?)\"?\s*(?:;|$)")
HEADER_MAX = 4_096


def timings(header: str) -> dict[str, float]:
    """Durations in ms by name; the first of a name counts. Names without one are left out."""
    durations: dict[str, float] = {}
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', header[:HEADER_MAX]):
        metric = METRIC.match(part)
        duration = DURATION.search(metric[2] or "") if metric else None
        if metric and duration:
            durations.setdefault(metric[1].lower(), float(duration[1]))
    return durations


def cold_start(header: str) -> bool | None:
    """None where the answer does not tell."""
    return {"1": True, "true": True, "0": False, "false": False}.get(header.strip().lower())
