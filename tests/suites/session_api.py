"""An API for the suites that streams chat completions, and keeps what it was sent and when."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Turn:
    """A request, with the time before it was read and after it was answered."""

    def __init__(self, headers, body):
        self.headers = headers
        self.body = body
        self.messages = body["messages"]
        self.arrived = time.monotonic()
        self.ended = None
        self.answer = None


class SessionApi(ThreadingHTTPServer):
    """Each answer has a text of its own. `status(number)`: of the request of this number, from 0 on,
    of those after the trial request."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, status=lambda number: 200, delay=0):
        self.turns = []
        self.changed = threading.Condition()
        self.count = -1
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with api.changed:
                    number = api.count
                    api.count += 1
                    turn = Turn(self.headers, body)
                    if number >= 0:
                        api.turns.append(turn)
                    api.changed.notify_all()
                time.sleep(delay)
                code = 200 if number < 0 else status(number)
                turn.answer = f'answer "{number}"\n' if code == 200 else None
                reply = self.stream(turn.answer) if turn.answer else b"{}"
                # The client has the answer at the earliest when this is written.
                turn.ended = time.monotonic()
                self.send_response(code)
                kind = "text/event-stream" if turn.answer else "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            @staticmethod
            def stream(text):
                middle = len(text) // 2
                deltas = [{"role": "assistant", "content": text[:middle]},
                          {"content": text[middle:]}]
                events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
                events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                lines = [f"data: {json.dumps(event)}\n\n" for event in events]
                return "".join([*lines, "data: [DONE]\n\n"]).encode()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def sessions(self, header="X-Session-ID"):
        """The turns of each session in the order of their arrival."""
        found = {}
        for turn in self.turns:
            found.setdefault(turn.headers[header], []).append(turn)
        return found

    def wait_for(self, turns):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.turns) >= turns, 60)

    def handle_error(self, *_):
        pass  # a client that cancels its request hangs up

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
