from typing import NamedTuple

ERROR, WARNING, NOTE = "error", "warning", "note"


class Finding(NamedTuple):
    """`level` is ERROR (it won't work or isn't safe), WARNING (it will bite) or NOTE (a price)."""

    level: str
    text: str
    advice: str
