"""From a body to the records of the calls in it. Knows no Django."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct, field

from tracking.errors import bad_request, too_large
from tracking.otlp import from_json, from_protobuf
from tracking.otlp.calls import is_call
from tracking.otlp.records import Rejected, record_of
from tracking.otlp.span import Span
from tracking.store.record import Record

# After decompression. A batch of 512 spans without prompts has about 250 kB.
INFLATED_MAX_BYTES = 16 * 1024 * 1024

GZIP_MAGIC = b"\x1f\x8b"
REASONS_TOLD = 3

READERS: dict[str, Callable[[bytes], Iterator[Span]]] = {
    "application/json": from_json.read_spans,
    "application/x-protobuf": from_protobuf.read_spans,
}


class Export(Struct):
    """`ignored` counts spans that are no call; `rejected` says why calls can't be stored."""

    records: list[Record] = field(default_factory=list)
    ignored: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def message(self) -> str:
        """The reasons, most frequent first."""
        told = self.rejected.most_common(REASONS_TOLD)
        return "; ".join(f"{count} x {reason}" for reason, count in told)


def read(body: bytes, content_type: str, received_at: datetime) -> Export:
    """Raises a Refusal where the whole can't be read."""
    export = Export()
    for span in READERS[content_type](inflated(body)):
        if not is_call(span):
            export.ignored += 1
            continue
        try:
            export.records.append(record_of(span, received_at))
        except Rejected as error:
            export.rejected[str(error)] += 1
    return export


def inflated(body: bytes) -> bytes:
    """What begins like gzip is gzip: API Gateway inflates bodies and leaves their header."""
    if not body.startswith(GZIP_MAGIC):
        if len(body) > INFLATED_MAX_BYTES:
            raise too_large(INFLATED_MAX_BYTES)
        return body
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        whole = inflater.decompress(body, INFLATED_MAX_BYTES + 1)
    except zlib.error as error:
        raise bad_request(f"The body is broken gzip: {error}.") from error
    if len(whole) > INFLATED_MAX_BYTES:
        raise too_large(INFLATED_MAX_BYTES)
    if not inflater.eof or inflater.unused_data:
        raise bad_request("The body is broken gzip: it ends too early, or goes on behind its end.")
    return whole
