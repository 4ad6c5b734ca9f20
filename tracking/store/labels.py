"""Label sets: the combinations of label values that rollups and Prometheus series are kept for.

Clients send the values, so their number is capped. Past the cap a combination folds, step by
step, into one whose values are `other`. Knows no Django.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tracking.store.record import Record

OTHER = "other"
# The last tenth is kept for folded sets, so that a flood of intents doesn't hide its business.
SHARE_FOR_EXACT = 0.9


class Labels(NamedTuple):
    business_id: str
    provider_name: str
    request_model: str
    operation_name: str
    response_type: str
    intent: str
    error_type: str
    deployment: str

    @property
    def digest(self) -> str:
        """A unique key of bounded size: the values together may outgrow an index entry."""
        joined = "\x00".join(self).encode()
        return hashlib.blake2b(joined, digest_size=16).hexdigest()


class Cursor(Protocol):
    """The part of a DB-API cursor that is used; parameters are written `%s`."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Any: ...


class LabelSets:
    """Label sets in either database."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def find_label_set(self, labels: Labels) -> int | None:
        self.cursor.execute("SELECT id FROM tracking_labelset WHERE digest = %s", [labels.digest])
        return self._id()

    def create_label_set(self, labels: Labels, cap: int | None) -> int | None:
        """Racing processes may pass the cap by one each: a lock for it would cost every one."""
        room = "" if cap is None else f"(SELECT count(*) FROM tracking_labelset) < {cap:d} AND"
        columns = ", ".join(("digest", *Labels._fields, "model_set_id"))
        oldest = "(SELECT min(id) FROM tracking_labelset WHERE request_model = %s)"
        self.cursor.execute(
            f"INSERT INTO tracking_labelset ({columns})"
            f" SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, {oldest} WHERE {room} true"
            " ON CONFLICT (digest) DO NOTHING RETURNING id",
            [labels.digest, *labels, labels.request_model],
        )
        return self._id()

    def _id(self) -> int | None:
        row = self.cursor.fetchone()
        return row[0] if row else None


class KnownSets:
    """What this process knows of label sets: their ids, and how many there are at least.

    Rows neither change nor go, so neither can be stale.
    """

    def __init__(self) -> None:
        self.ids: dict[Labels, int] = {}
        self.at_least = 0

    def forget(self) -> None:
        self.ids.clear()
        self.at_least = 0

    def resolve(self, labels: Labels, store: LabelSets, cap: int) -> tuple[int, bool]:
        """(id, folded) of the set, made if there is room, else of the nearest one it folds into."""
        for step, (candidate, limit) in enumerate(zip(foldings(labels), limits(cap), strict=True)):
            label_set_id = self._look_up(candidate, store, limit)
            if label_set_id is not None:
                return label_set_id, step > 0
        raise AssertionError("The last folding has no limit.")

    def _look_up(self, labels: Labels, store: LabelSets, limit: int | None) -> int | None:
        known = self.ids.get(labels)
        if known is not None:
            return known
        found = store.find_label_set(labels) or self._create(labels, store, limit)
        if found is not None:
            self.ids[labels] = found
        return found

    def _create(self, labels: Labels, store: LabelSets, limit: int | None) -> int | None:
        if limit is not None and self.at_least >= limit:
            return None
        made = store.create_label_set(labels, limit) or store.find_label_set(labels)
        if made is None and limit is not None:
            self.at_least = limit
        return made


def labels_of(record: Record) -> Labels:
    return Labels(
        record.business_id,
        record.provider_name,
        record.request_model,
        record.operation_name,
        record.response_type,
        record.intent,
        record.error_type,
        record.deployment,
    )


def foldings(labels: Labels) -> Iterator[Labels]:
    """As sent; its business and model; its business; nothing but whether it failed."""
    yield labels
    coarse = labels._replace(
        provider_name=OTHER,
        operation_name=OTHER,
        # Hand-offs are counted by whether the response was an error.
        response_type=labels.response_type if labels.response_type == "error" else OTHER,
        intent=OTHER,
        error_type=labels.error_type and OTHER,
        deployment=OTHER,
    )
    yield coarse
    yield coarse._replace(request_model=OTHER)
    yield coarse._replace(request_model=OTHER, business_id=OTHER)


def limits(cap: int) -> tuple[int | None, ...]:
    return int(cap * SHARE_FOR_EXACT), cap, cap, None
