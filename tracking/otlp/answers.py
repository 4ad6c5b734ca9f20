"""OTLP's answers in the sender's encoding. Knows no Django."""

import msgspec

PROTOBUF = "application/x-protobuf"


def success(content_type: str, rejected: int, message: str) -> bytes:
    """ExportTraceServiceResponse, with a partial success where spans were rejected."""
    if content_type == PROTOBUF:
        # Fields of ExportTracePartialSuccess: 1 rejected_spans, 2 error_message.
        partial = b"\x08" + _varint(rejected) + _text(2, message)
        return _bytes(1, partial) if rejected else b""
    # 64-bit integers are text in protobuf's JSON.
    partial_success = {"rejectedSpans": str(rejected), "errorMessage": message}
    return msgspec.json.encode({"partialSuccess": partial_success} if rejected else {})


def status(message: str) -> bytes:
    """google.rpc.Status, whose message alone OTLP asks for."""
    return _text(2, message)


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _bytes(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes(parts) + bytes([value])
