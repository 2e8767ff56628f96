"""The platform's adjustable rules: Meta's own numbers by default, changed by tests through the control API."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Rules(BaseModel):
    """Durations in seconds, counts as named. Meta's contract, sections 3.4, 13, 16, 17 and 18."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    pair_interval: float = 6.0
    pair_burst: int = 45
    throughput: int = 80
    throughput_counts_inbound: bool = False
    throttle_http_status: Literal[400, 429] = 400
    window_seconds: float = 86_400.0
    window_refusal: Literal["at_once", "by_status"] = "at_once"
    code_seconds: float = 30.0
    token_seconds: int = 0
    registrations: int = 10
    registration_span: float = 72 * 3600.0
    pin_guesses: int = 5
    service_billed_from: float = 1_790_812_800.0
    free_service_messages: int = 1000

    auto_statuses: list[Literal["sent", "delivered", "read"]] = Field(default=["sent", "delivered", "read"])
    status_interval: float = 0.05
    tag_on_failed: bool = True

    review_seconds: float | None = 0.1
    review_verdict: str = "APPROVED"
    pricing_age: Literal["by_date", "conversations", "messages", "service"] = "by_date"
    messages_billed_from: float = 1_751_328_000.0
    templates: int = 250
    edits_a_day: int = 1
    edits_a_month: int = 10

    webhook_attempts: int = Field(default=40, ge=1)
    webhook_first_backoff: float = 0.2
    webhook_backoff_cap: float = 10.0
    webhook_timeout: float = 10.0
    webhook_concurrency: int = Field(default=16, ge=1)
