"""An API for the suites that answers each request as a function says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMPLETION = json.dumps({
    "id": "c1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"},
                 "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}).encode()


class ScriptedApi(ThreadingHTTPServer):
    """`answer` gets the number of the request, from 0 on, and returns status, headers and how long
    to wait before. Every body is a chat completion."""

    daemon_threads = True
    # A request that is to take a minute must not hold up the end of a test.
    block_on_close = False
    request_queue_size = 256

    def __init__(self, answer):
        self.count = 0
        self.arrived = threading.Condition()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with api.arrived:
                    number = api.count
                    api.count += 1
                    api.arrived.notify_all()
                status, headers, delay = answer(number)
                time.sleep(delay)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(COMPLETION)))
                self.end_headers()
                self.wfile.write(COMPLETION)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        # shutdown() waits for as long as serve_forever() polls.
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def wait_for(self, requests):
        """Until so many have come."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: self.count >= requests, timeout=60):
                raise AssertionError(f"only {self.count} of {requests} requests came")

    def handle_error(self, *_):
        pass  # the client hangs up

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
