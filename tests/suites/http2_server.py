"""An HTTP/2 server over TLS that misbehaves as it is told, frame by frame."""

import asyncio
import json
import ssl
import struct
import threading

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
NO_ERROR, REFUSED_STREAM = 0, 7

GOOD = json.dumps({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}],
                   "usage": {"prompt_tokens": 3, "completion_tokens": 2}}).encode()


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def status(code):
    """The header block of a status: indexed where HPACK has it, else as a literal."""
    return b"\x88" if code == 200 else b"\x08\x03" + str(code).encode()


def response(stream, code=200, body=GOOD):
    return (frame(HEADERS, END_HEADERS, stream, status(code)) +
            frame(DATA, END_STREAM, stream, body))


def reset(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last_stream):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, NO_ERROR))


class Http2Server:
    """`answer(number, stream)` gives the bytes to send for the request of that number, from 1, as a
    list with pauses between, and whether the connection ends then."""

    def __init__(self, certificate, answer):
        self.answer, self.count = answer, 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()

        def serve():
            asyncio.set_event_loop(self.loop)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            tls.set_alpn_protocols(["h2"])
            server = self.loop.run_until_complete(
                asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls))
            self.url = f"https://localhost:{server.sockets[0].getsockname()[1]}/v1"
            ready.set()
            self.loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        ready.wait()

    async def serve(self, reader, writer):
        try:
            await reader.readexactly(24)
            writer.write(frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100)))
            while True:
                head = await reader.readexactly(9)
                kind, flags = head[3], head[4]
                stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
                if kind == SETTINGS and not flags & ACK:
                    writer.write(frame(SETTINGS, ACK, 0))
                elif kind == PING and not flags & ACK:
                    writer.write(frame(PING, ACK, 0, payload))
                elif kind == DATA and payload:
                    writer.write(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload))))
                if kind in (HEADERS, DATA) and flags & END_STREAM:
                    self.count += 1
                    answer, ends = self.answer(self.count, stream)
                    for piece in answer if isinstance(answer, list) else [answer]:
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0.05 if isinstance(answer, list) else 0)
                    if ends:
                        # Closed with unread frames, the connection would be reset, and what was
                        # written last could be lost. The client closes the connection itself.
                        await asyncio.wait_for(reader.read(), 5)
                        return
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
