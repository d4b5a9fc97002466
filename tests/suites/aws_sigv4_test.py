"""AWS Signature Version 4: a server computes each signature by AWS's description of the algorithm.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import json
import re
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

from http2_server import GOOD
from program import run

ID = "AKIDEXAMPLE12345"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//TOKEN+="
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")


def encoded(text):
    return quote(unquote(text), safe="-_.~")


def canonical_query(query):
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" for name, value in
                    sorted((encoded(name), encoded(value)) for name, _, value in pairs))


def canonical_request(method, target, headers, names, body):
    """`headers`: as http.server has them, with names in any case."""
    path, _, query = target.partition("?")
    lines = [f"{name}:" + ",".join(" ".join(value.split()) for value in headers.get_all(name))
             for name in names]
    # A path is encoded once more than it is sent.
    return "\n".join([method, quote(path, safe="/-_.~"), canonical_query(query), *lines, "",
                      ";".join(names), hashlib.sha256(body).hexdigest()])


def signature(request, time, date, region, service):
    scope = f"{date}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", time, scope,
                      hashlib.sha256(request.encode()).hexdigest()])
    key = ("AWS4" + SECRET).encode()
    for part in (date, region, service, "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


class Aws(ThreadingHTTPServer):
    """Answers 200 to requests with the right signature, and 403 with that signature to others."""

    daemon_threads = True

    def __init__(self):
        self.seen, self.statuses = [], set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = server.judge(self.path, self.headers, body)
                server.statuses.add(status)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def judge(self, target, headers, body):
        found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if not found:
            return 403, b'{"error":{"message":"no signature"}}'
        key_id, date, region, service, names, given = found.groups()
        names = names.split(";")
        self.seen.append((target, region, service, names, body))
        if not all(name in headers for name in names):
            return 403, b'{"error":{"message":"a signed header is missing"}}'
        request = canonical_request("POST", target, headers, names, body)
        right = signature(request, headers["X-Amz-Date"], date, region, service)
        if key_id == ID and right == given and {"host", "x-amz-date"} <= set(names):
            return 200, GOOD
        return 403, json.dumps({"error": {"message": f"sent {given} with {SECRET} and {ID}"}}).encode()

    def handle_error(self, *_):
        pass

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Algorithm(unittest.TestCase):
    """AWS's own example of its documentation, so that the server is right."""

    def test_the_documented_signature(self):
        class Headers(dict):
            def get_all(self, name):
                return [self[name]]

        headers = Headers({"content-type": "application/x-www-form-urlencoded; charset=utf-8",
                           "host": "iam.amazonaws.com", "x-amz-date": "20150830T123600Z"})
        request = canonical_request("GET", "/?Version=2010-05-08&Action=ListUsers", headers,
                                    ["content-type", "host", "x-amz-date"], b"")
        self.assertEqual(hashlib.sha256(request.encode()).hexdigest(),
                         "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59")
        # The example has this secret.
        self.assertEqual(signature(request, "20150830T123600Z", "20150830", "us-east-1", "iam"),
                         "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")


class Sigv4(unittest.TestCase):
    def ask(self, url, *arguments, key=f"{ID}:{SECRET}", **env):
        done = run(f"--paceline_url={url}", "--paceline_auth=aws-sigv4", "--paceline_requests=4",
                   "--paceline_rpm=0", "--paceline_parallel=2", *arguments,
                   env={"OPENAI_API_KEY": key, **env})
        for secret in (ID, SECRET, TOKEN):
            self.assertNotIn(secret[:12], done.stdout + done.stderr)
            self.assertNotIn(secret[-12:], done.stdout + done.stderr)
        return done

    def test_the_signature_covers_the_body(self):
        for more in ([], ["--paceline_workload=embeddings/create"],
                     ["--paceline_workload=chat/stream", "--paceline_max_error_ratio=1"],
                     ["--paceline_reuse=off"], ["--paceline_compressed"],
                     ["--paceline_header=X-Team:  a   b "]):
            with self.subTest(more=more), Aws() as aws:
                self.ask(f"{aws.url}/openai/v1", "--paceline_aws=us-west-2:bedrock", *more)
                self.assertEqual(aws.statuses, {200})
                target, region, service, _, _ = aws.seen[0]
                self.assertEqual((region, service), ("us-west-2", "bedrock"))
                self.assertTrue(target.startswith("/openai/v1/"))

    def test_all_requests_are_accepted(self):
        with Aws() as aws:
            done = self.ask(f"{aws.url}/openai/v1", "--paceline_aws=us-west-2:bedrock")
            self.assertEqual(done.returncode, 0, done.stderr)
            # The prompts differ, and so do the signatures.
            self.assertEqual(len({body for *_, body in aws.seen}), 5)

    def test_a_long_body(self):
        with tempfile.TemporaryDirectory() as folder, Aws() as aws:
            body = Path(folder) / "body.json"
            body.write_text(json.dumps({"padding": "x" * 2_000_000}))
            done = self.ask(f"{aws.url}/v1", "--paceline_aws=us-west-2:bedrock",
                            f"--paceline_body=@{body}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_batch_file(self):
        with tempfile.TemporaryDirectory() as folder, Aws() as aws:
            batch = Path(folder) / "batch.jsonl"
            batch.write_text("".join(json.dumps(
                {"custom_id": str(i), "method": "POST", "url": "/v1/chat/completions",
                 "body": {"model": "m", "messages": []}}) + "\n" for i in range(4)))
            done = self.ask(f"{aws.url}/v1", "--paceline_aws=us-west-2:bedrock",
                            f"--paceline_batch={batch}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_token_of_a_session_is_signed(self):
        with Aws() as aws:
            done = self.ask(f"{aws.url}/v1", "--paceline_aws=us-west-2:bedrock",
                            "--paceline_header=X-Amz-Security-Token: env:AWS_SESSION_TOKEN",
                            AWS_SESSION_TOKEN=TOKEN)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("x-amz-security-token", aws.seen[0][3])

    def test_a_sorted_query_is_signed(self):
        with Aws() as aws:
            done = self.ask(f"{aws.url}/v1?a=x%20y&b=2", "--paceline_aws=us-west-2:bedrock")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_libcurl_signs_wrongly_is_refused(self):
        for path in ("/model/a:0", "/model/a%3A0", "/v1?b=1&a=2", "/v1?a"):
            with self.subTest(path=path), Aws() as aws:
                done = self.ask(aws.url + path, "--paceline_aws=us-west-2:bedrock")
                if done.returncode:
                    self.assertRegex(done.stderr, r"libcurl [\d.]+ cannot sign a URL .*; change the "
                                                  "URL, or use libcurl 8.16 or later")
                    self.assertEqual(aws.seen, [])

    def test_both_halves_of_the_key_are_secrets(self):
        with Aws() as aws:
            done = self.ask(f"{aws.url}/v1", "--paceline_aws=us-west-2:bedrock",
                            key=f"{ID}x:{SECRET}")
            self.assertEqual(done.returncode, 1)
            self.assertIn("[removed]", done.stderr)

    def test_a_key_with_one_half_is_refused(self):
        for key in ("", "AKIDEXAMPLE", ":secret", "AKIDEXAMPLE:"):
            done = run("--paceline_url=http://127.0.0.1:1/v1", "--paceline_auth=aws-sigv4",
                       "--paceline_aws=us-west-2:bedrock", env={"OPENAI_API_KEY": key})
            self.assertEqual(done.returncode, 1)
            self.assertIn("--paceline_auth=aws-sigv4 needs a key of the form ACCESS_KEY_ID:SECRET "
                          "in OPENAI_API_KEY", done.stderr)

    def test_the_scope_must_be_known(self):
        done = self.ask("http://127.0.0.1:1/v1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the host 127.0.0.1:1 does not say the region and the service of AWS; give "
                      "both with --paceline_aws=REGION:SERVICE", done.stderr)
        done = self.ask("http://127.0.0.1:1/v1", "--paceline_aws=us-west-2")
        self.assertIn("'us-west-2' is not REGION:SERVICE, such as us-east-1:bedrock", done.stderr)
        done = run("--paceline_aws=us-west-2:bedrock")
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs --paceline_auth=aws-sigv4", done.stderr)

    def test_direct_does_not_sign(self):
        with Aws() as aws:
            done = self.ask(f"{aws.url}/v1", "--paceline_aws=us-west-2:bedrock",
                            "--paceline_transport=direct")
            self.assertEqual(done.returncode, 1)
            self.assertIn("the direct transport does not sign requests; use "
                          "--paceline_transport=curl", done.stderr)


if __name__ == "__main__":
    unittest.main()
