"""The script spells each figure as Python does: both are given the same numbers."""

import random
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from math import inf, nextafter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deployments import formats

MODULE = Path(__file__).resolve().parents[2] / "dashboard/static/dashboard/charts/formats.js"
SPELL = """async ([url, name, values]) => {
    const spell = (await import(url))[name];
    return values.map((value) => spell(...value));
}"""
# Where the rules change or round: units, digits, places, minutes, exact halves.
EDGES = [
    *(0.00995, 0.0995, 0.125, 0.995, 0.9995, 0.9996, 1.005, 2.5, 3.125, 9.995, 99.95, 100.5, 999.5),
    *(999.95, 9_999.995, 12_431, 59_499.5, 59_999, 99_950, 119_500, 125_000, 999_499.5, 999_999.5),
    *(999.5e6, 999.95e6, 999.5e9, 1e15, 1.5e18, 86_400_000, 1e-9, 1.005e-7, 0.015625, 0.0009995),
]
CHANCE = random.Random(1)
SPREAD = [10 ** CHANCE.uniform(-8, 16) for _ in range(300)] + [
    round(10 ** CHANCE.uniform(0, 6), 1) for _ in range(100)
]
POSITIVE = [
    *(10.0**power for power in range(-9, 19)),
    *(value for edge in EDGES for value in (nextafter(edge, 0), edge, nextafter(edge, inf))),
    *SPREAD,
]
SCRIPT_NAMES = {"at_most": "atMost"}
NUMBERS = [None, 0.0, -0.0, *POSITIVE, *(-value for value in POSITIVE)]


@pytest.fixture(scope="module")
def spelled_by_the_script(browser):
    """Strings, for the arguments of one function of the module."""
    page = browser.new_page()
    url = f"data:text/javascript;base64,{b64encode(MODULE.read_bytes()).decode()}"
    yield lambda name, values: page.evaluate(SPELL, [url, name, values])
    page.close()


@pytest.mark.parametrize("name", ["count", "about", "duration", "at_most", "usd", "percent"])
def test_figures_are_spelled_the_same(spelled_by_the_script, name):
    spell = getattr(formats, name)
    texts = spelled_by_the_script(SCRIPT_NAMES.get(name, name), [[number] for number in NUMBERS])
    differing = [
        (number, spell(number), text)
        for number, text in zip(NUMBERS, texts, strict=True)
        if spell(number) != text
    ]
    assert not differing


def test_what_is_past_the_last_bin_is_spelled_the_same(spelled_by_the_script):
    assert spelled_by_the_script("duration", [[inf]]) == [formats.duration(inf)]


def test_costs_are_spelled_the_same(spelled_by_the_script):
    pairs = [(priced, requests) for requests in (0, 1, 12_431) for priced in (0, 1, requests)]
    given = [(usd, *pair) for usd in (0, 0.0042, 3.125, 12_431) for pair in pairs]
    assert spelled_by_the_script("cost", given) == [formats.cost(*values) for values in given]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
def test_moments_are_spelled_the_same(spelled_by_the_script, zone):
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + n * timedelta(hours=35.5) for n in range(260)]
    texts = spelled_by_the_script("moment", [[at.timestamp(), zone] for at in moments])
    assert texts == [formats.moment(at.astimezone(ZoneInfo(zone))) for at in moments]
