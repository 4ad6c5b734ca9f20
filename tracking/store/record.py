"""One tracked AI request as the store takes it, in this project's words. Knows no Django."""

from datetime import datetime
from decimal import Decimal

import msgspec

ID_MAX = 200
LABEL_MAX = 100
DURATION_MAX_MS = 86_400_000.0
TOKENS_MAX = 100_000_000
COST_MAX_USD = 10_000.0
LENGTH_MAX = 100_000_000

OUTCOME_MAX = 20
OCCURRED_YEARS = range(2000, 2100)
COST_DECIMALS = Decimal("1e-12")

UNKNOWN = "unknown"
WORKED, FAILED, ABORTED = "worked", "failed", "aborted"
OUTCOMES = (WORKED, FAILED, ABORTED, UNKNOWN)


def outcome_word(error_type: str, outcome: str) -> str:
    """One of OUTCOMES."""
    return FAILED if error_type else outcome or WORKED


def usd(cost: float) -> Decimal:
    """Decimal of the digits that were sent, to the 12 places that are stored."""
    return Decimal(repr(cost)).quantize(COST_DECIMALS)


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Absent is None. `success_rate` is 0 to 1; `error_type` is empty when the request worked.

    `outcome` is empty where the error type says it, else aborted or unknown. Of one business,
    records with the same `response_id` are reports of the same call. Cached tokens are part of
    the input, reasoning of the output; `token_mismatch` says how they don't add up.
    """

    business_id: str
    request_id: str
    response_id: str | None = None
    received_at: datetime
    occurred_at: datetime | None = None
    conversation_id: str | None = None
    session_id: str | None = None
    provider_name: str
    request_model: str
    operation_name: str
    response_type: str
    intent: str
    error_type: str
    outcome: str = ""
    deployment: str
    duration_ms: float
    time_to_first_chunk_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cached_read_tokens: int | None = None
    cached_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    token_mismatch: str = ""
    cost_usd: Decimal | None = None
    success_rate: float | None = None
    user_satisfaction: float | None = None
    appointment_requested: bool
    appointment_booked: bool
    human_handoff_requested: bool
    user_message_length: int | None = None
    ai_response_length: int | None = None
    metadata: dict[str, str | int | float | bool | None] | None = None
    # How many other fields were sent.
    ignored_fields: int | None = None
    # Where it is counted; the store fills these in.
    label_set_id: int | None = None
    folded: bool | None = None
    duration_bin: int | None = None
    bucket_bin: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes a record one and the same however often it is sent."""
        return (self.business_id, self.request_id)
