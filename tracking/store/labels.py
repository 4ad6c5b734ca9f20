"""Label sets: the combinations of label values that rollups and Prometheus series are kept for.

Clients send the values, so their number is capped. Past the cap a combination folds, step by
step, into one whose values are `other`. A business is given up last: from its first set on, room
is kept for those that it folds into under its name. Knows no Django.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tracking.store.record import UNKNOWN, Record

OTHER = "other"
# Of the cap: a flood of intents leaves room for models, and one of models for new businesses.
SHARE_FOR_EXACT = 0.8
SHARE_FOR_MODELS = 0.9
# What a business folds into: requests that worked, that failed, whose response was an error, and
# whose outcome is not known.
SETS_OF_BUSINESS = 4


class Labels(NamedTuple):
    business_id: str
    provider_name: str
    request_model: str
    operation_name: str
    response_type: str
    intent: str
    error_type: str
    deployment: str
    outcome: str = ""

    @property
    def digest(self) -> str:
        """A unique key of bounded size: the values together may outgrow an index entry. The last
        value came later, and sets that were there before are without."""
        joined = "\x00".join(self if self.outcome else self[:-1]).encode()
        return hashlib.blake2b(joined, digest_size=16).hexdigest()


class Cursor(Protocol):
    """The part of a DB-API cursor that is used; parameters are written `%s`."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Any: ...


class Room(NamedTuple):
    """Up to which number of sets, kept ones included, one more may be made; `kept`: a business
    that is there has room in any case."""

    limit: int | None
    kept: bool = False


# Sets that businesses fold into are taken before they are made.
_FOLDED = " AND ".join(
    f"{name} = '{OTHER}'"
    for name in ("provider_name", "request_model", "operation_name", "intent", "deployment")
)
_TAKEN = (
    f"(SELECT coalesce(sum(CASE WHEN {_FOLDED} THEN 0 ELSE 1 END), 0)"
    f" + {SETS_OF_BUSINESS} * count(DISTINCT business_id) FROM tracking_labelset)"
)
_IS_KEPT = "EXISTS (SELECT 1 FROM tracking_labelset WHERE business_id = %s)"


class LabelSets:
    """Label sets in either database."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def find_label_set(self, labels: Labels) -> int | None:
        self.cursor.execute("SELECT id FROM tracking_labelset WHERE digest = %s", [labels.digest])
        return self._id()

    def find_label_sets(self, candidates: Sequence[Labels]) -> dict[str, int]:
        """The ids of those that exist, by digest."""
        digests = [candidate.digest for candidate in candidates]
        self.cursor.execute(
            "SELECT digest, id FROM tracking_labelset"
            f" WHERE digest IN ({', '.join(['%s'] * len(digests))})",
            digests,
        )
        return dict(self.cursor.fetchall())

    def create_label_set(self, labels: Labels, room: Room) -> int | None:
        """Racing processes may pass the cap by one each: a lock for it would cost every one."""
        # As much as a business takes with its first set.
        is_room = (
            "true" if room.limit is None else f"{_TAKEN} + {SETS_OF_BUSINESS + 1} <= {room.limit:d}"
        )
        if room.kept:
            is_room = f"({_IS_KEPT} OR {is_room})"
        columns = ", ".join(("digest", *Labels._fields, "model_set_id"))
        oldest = "(SELECT min(id) FROM tracking_labelset WHERE request_model = %s)"
        self.cursor.execute(
            f"INSERT INTO tracking_labelset ({columns})"
            f" SELECT {', '.join(['%s'] * (1 + len(labels)))}, {oldest} WHERE {is_room}"
            " ON CONFLICT (digest) DO NOTHING RETURNING id",
            [
                labels.digest,
                *labels,
                labels.request_model,
                *([labels.business_id] if room.kept else []),
            ],
        )
        return self._id()

    def _id(self) -> int | None:
        row = self.cursor.fetchone()
        return row[0] if row else None


class KnownSets:
    """What this process knows of label sets: their ids, and which limits are reached.

    Rows neither change nor go, so neither can be stale.
    """

    def __init__(self) -> None:
        self.ids: dict[Labels, int] = {}
        self.reached: set[int | None] = set()

    def forget(self) -> None:
        self.ids.clear()
        self.reached.clear()

    def resolve(self, labels: Labels, store: LabelSets, cap: int) -> tuple[int, bool]:
        """(id, folded) of the set, made if there is room, else of the nearest one it folds into."""
        known = self.ids.get(labels)
        if known is not None:
            return known, False
        steps = tuple(foldings(labels))
        stored = store.find_label_sets(steps)
        for step, (candidate, room) in enumerate(zip(steps, rooms(cap), strict=True)):
            label_set_id = stored.get(candidate.digest) or self._create(candidate, store, room)
            if label_set_id is not None:
                self.ids[candidate] = label_set_id
                return label_set_id, step > 0
        raise AssertionError("The last folding has no limit.")

    def _create(self, labels: Labels, store: LabelSets, room: Room) -> int | None:
        if room.limit in self.reached:
            if not room.kept:
                return None
            room = room._replace(limit=0)
        made = store.create_label_set(labels, room) or store.find_label_set(labels)
        if made is None:
            self.reached.add(room.limit)
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
        record.outcome,
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
        outcome=labels.outcome and UNKNOWN,
    )
    yield coarse
    yield coarse._replace(request_model=OTHER)
    yield coarse._replace(request_model=OTHER, business_id=OTHER)


def rooms(cap: int) -> tuple[Room, ...]:
    """Of each folding."""
    return (
        Room(int(cap * SHARE_FOR_EXACT)),
        Room(int(cap * SHARE_FOR_MODELS)),
        Room(cap, kept=True),
        Room(None),
    )
