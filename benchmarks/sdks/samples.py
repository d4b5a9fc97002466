"""What the checks of all SDKs send: a tool, a schema and an image."""

import base64
import struct
import zlib

WORDS = "one line keeps its pace"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
          "required": ["city", "days"], "additionalProperties": False}


def png(width, height):
    """A grey PNG image in base64."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    image = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.b64encode(image).decode()


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def expect_error(kind, call, **facts):
    """Expects an SDK's error with these attributes."""
    try:
        call()
    except kind as error:
        for name, value in facts.items():
            expect(getattr(error, name) == value, f"{name} is {getattr(error, name)!r}")
        return error
    raise AssertionError(f"no {kind.__name__}")
