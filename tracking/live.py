"""When this service received its first request from a client."""

from datetime import datetime

from tracking.models import AIRequest, Pruning


def first_live_at() -> datetime | None:
    """Prunings remember it, so that it stays when its row goes. None before the first one."""
    first = AIRequest.objects.live().order_by("received_at").values_list("received_at", flat=True)
    return Pruning.objects.first_live_at() or first.first()
