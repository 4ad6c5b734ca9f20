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


GPT_4O_MINI = Model("openai", "gpt-4o-mini", 1_150, 0.42, 140, "0.15", "0.60", 0.008, 0.7)
GPT_4O = Model("openai", "gpt-4o", 2_400, 0.48, 190, "2.50", "10.00", 0.012, 0.7)
CLAUDE_SONNET = Model("anthropic", "claude-sonnet-4", 3_600, 0.40, 260, "3.00", "15.00", 0.010, 0.9)
CLAUDE_HAIKU = Model("anthropic", "claude-3-5-haiku", 1_400, 0.36, 170, "0.80", "4.00", 0.006, 0.9)
GEMINI_FLASH = Model("gcp.gemini", "gemini-2.0-flash", 720, 0.50, 150, "0.10", "0.40", 0.015, 0.5)
LLAMA = Model("ollama", "llama3.1:8b", 5_200, 0.60, 120, None, None, 0.020, 0.0)

BUSINESSES = (
    Business("bright-smile-dental", 0.42, ((GPT_4O_MINI, 0.8), (GPT_4O, 0.2)), 0.34, 0.05),
    Business("riverside-vet", 0.27, ((CLAUDE_HAIKU, 0.7), (CLAUDE_SONNET, 0.3)), 0.28, 0.07),
    Business("glow-hair-studio", 0.21, ((GEMINI_FLASH, 0.85), (GPT_4O_MINI, 0.15)), 0.40, 0.03),
    Business("northgate-physio", 0.10, ((GPT_4O_MINI, 0.6), (LLAMA, 0.4)), 0.22, 0.09),
)
DEPLOYMENTS = (("lambda", 0.6), ("ec2", 0.4))
INTENTS = (
    ("general", 0.34),
    ("pricing", 0.24),
    ("services", 0.28),
    ("contact", 0.14),
)
ERROR_TYPES = (("rate_limit_exceeded", 0.45), ("timeout", 0.35), ("server_error", 0.20))

# How busy an hour of the day (UTC) and a day of the week (from Monday) is.
HOURS = (2, 1, 1, 1, 1, 3, 8, 18, 38, 56, 66, 64, 50, 52, 62, 64, 58, 46, 38, 32, 24, 15, 8, 4)
WEEKDAYS = (1.18, 1.15, 1.12, 1.10, 1.08, 0.82, 0.55)

TURNS_MEAN = 2.8
TURNS_MAX = 12
TIMEOUT_MS = 30_000.0

# One afternoon hour in which nearly every call of one model times out.
INCIDENT_MODEL = GPT_4O_MINI
INCIDENT_HOUR = 14
INCIDENT_FAILING = 0.85
