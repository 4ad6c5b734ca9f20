"""Who asks what of which model in the demo: plain figures to read and to change."""

from typing import NamedTuple


class Model(NamedTuple):
    """Durations are log-normal around `median_ms`; prices are US dollars for a million tokens,
    None where a provider names none."""

    provider_name: str
    request_model: str
    median_ms: float
    spread: float
    output_tokens: float
    input_price: str | None
    output_price: str | None
    failing: float
    streamed: float


class Business(NamedTuple):
    """`share` of all conversations, by which models, and how many turn to an appointment."""

    business_id: str
    share: float
    models: tuple[tuple[Model, float], ...]
    appointments: float
    handoffs: float


# As the providers listed them in November 2026.
LUNA = Model("openai", "gpt-5.6-luna", 1_150, 0.42, 140, "0.20", "1.20", 0.008, 0.7)
TERRA = Model("openai", "gpt-5.6-terra", 2_400, 0.48, 190, "2", "12", 0.012, 0.7)
SONNET = Model("anthropic", "claude-sonnet-5-5", 3_600, 0.40, 260, "2", "10", 0.010, 0.9)
HAIKU = Model("anthropic", "claude-haiku-5-5", 1_400, 0.36, 170, "0.10", "0.50", 0.006, 0.9)
FLASH_LITE = Model(
    "gcp.gemini", "gemini-3.5-flash-lite", 720, 0.50, 150, "0.30", "2.50", 0.015, 0.5
)
GPT_OSS = Model("ollama", "gpt-oss:20b", 5_200, 0.60, 120, None, None, 0.020, 0.0)

BUSINESSES = (
    Business("bright-smile-dental", 0.42, ((LUNA, 0.8), (TERRA, 0.2)), 0.34, 0.05),
    Business("riverside-vet", 0.27, ((HAIKU, 0.7), (SONNET, 0.3)), 0.28, 0.07),
    Business("glow-hair-studio", 0.21, ((FLASH_LITE, 0.85), (LUNA, 0.15)), 0.40, 0.03),
    Business("northgate-physio", 0.10, ((LUNA, 0.6), (GPT_OSS, 0.4)), 0.22, 0.09),
)
LAMBDA, EC2 = "lambda", "ec2"
DEPLOYMENTS = ((LAMBDA, 0.6), (EC2, 0.4))
INTENTS = (
    ("general", 0.34),
    ("pricing", 0.24),
    ("services", 0.28),
    ("contact", 0.14),
)
ERROR_TYPES = (("rate_limit_exceeded", 0.45), ("timeout", 0.35), ("server_error", 0.20))

# How busy an hour of the day (UTC) and a day of the week (from Monday) is. Somebody asks at night,
# too, so that no hour is empty.
HOURS = (11, 9, 8, 8, 8, 9, 12, 20, 38, 56, 66, 64, 50, 52, 62, 64, 58, 46, 38, 32, 24, 18, 14, 12)
WEEKDAYS = (1.18, 1.15, 1.12, 1.10, 1.08, 0.82, 0.55)

TURNS_MEAN = 2.8
TURNS_MAX = 12
TIMEOUT_MS = 30_000.0


class Incident(NamedTuple):
    """When calls of one model, provider or business (`whose`) fail, or take `slower` times as long.

    It lasts `hours` from `hour` (UTC) on, and ended `part` of the demo's days before its end, or
    up to a day earlier.
    """

    part: float
    hour: int
    hours: int
    whose: str
    error_type: str = ""
    failing: float = 0.0
    slower: float = 1.0


TIMEOUTS = Incident(1 / 3, 14, 1, LUNA.request_model, "timeout", failing=0.85)
OUTAGE = Incident(1 / 6, 9, 2, "riverside-vet", "authentication_error", failing=1.0)
SLOW_AFTERNOON = Incident(1 / 2, 12, 5, "anthropic", slower=2.5)
INCIDENTS = (TIMEOUTS, OUTAGE, SLOW_AFTERNOON)
