"""Where connections leave from (--paceline_interface).

Needs PACELINE, the path of the program.
"""

import socket
import unittest
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from http2_server import GOOD
from program import TRANSPORTS, rows, run

FEW = ("--paceline_requests=12", "--paceline_rpm=0")
SOURCES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")


class Handler(BaseHTTPRequestHandler):
    """Answers with a completion."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.peers.append(self.client_address[0])

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(GOOD)))
        self.end_headers()
        self.wfile.write(GOOD)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """A server that notes the address of each connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host="127.0.0.1"):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Handler)
        self.peers = []
        Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    @property
    def url(self):
        host = f"[{self.server_address[0]}]" if self.address_family == socket.AF_INET6 else "127.0.0.1"
        return f"http://{host}:{self.server_port}/v1"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass


class Sources(unittest.TestCase):
    def peers(self, *flags, interface=",".join(SOURCES), host="127.0.0.1"):
        """Where the connections of a run came from, without the one of the first request."""
        with Server(host) as server:
            row = rows(f"--paceline_url={server.url}", *FEW, f"--paceline_interface={interface}",
                       *flags)["benchmarks"][0]
            self.assertEqual(row["errors"], 0)
            first, *others = server.peers
        self.assertEqual(first, interface.split(",")[0])
        return others

    def test_connections_take_them_in_turn(self):
        for transport in TRANSPORTS:
            self.assertEqual(self.peers(f"--paceline_transport={transport}", "--paceline_parallel=1",
                                        "--paceline_reuse=off"), [*SOURCES] * 4)

    def test_threads_begin_at_different_ones(self):
        for transport in TRANSPORTS:
            peers = self.peers(f"--paceline_transport={transport}", "--paceline_threads=3",
                               "--paceline_parallel=3")
            self.assertEqual(Counter(peers), Counter(SOURCES))

    def test_threads_share_them_evenly(self):
        for transport in TRANSPORTS:
            peers = self.peers(f"--paceline_transport={transport}", "--paceline_threads=3",
                               "--paceline_parallel=3", "--paceline_reuse=off")
            self.assertEqual(Counter(peers), Counter({source: 4 for source in SOURCES}))

    def test_kept_connections_are_shared_evenly(self):
        for transport in TRANSPORTS:
            peers = self.peers(f"--paceline_transport={transport}", "--paceline_parallel=9",
                               "--paceline_requests=300")
            self.assertEqual(Counter(peers), Counter({source: 3 for source in SOURCES}))

    def test_an_interface_has_a_name(self):
        for transport in TRANSPORTS:
            with Server() as server:
                rows(f"--paceline_url={server.url}", *FEW, "--paceline_interface=lo",
                     f"--paceline_transport={transport}")
                self.assertEqual(set(server.peers), {"127.0.0.1"})

    def test_ipv6_is_another_family(self):
        try:
            Server("::1").server_close()
        except OSError:
            self.skipTest("this machine has no IPv6")
        for transport in TRANSPORTS:
            with Server("::1") as server:
                rows(f"--paceline_url={server.url}", *FEW, "--paceline_interface=127.0.0.2,::1",
                     f"--paceline_transport={transport}")
                self.assertEqual(set(server.peers), {"::1"})

    def test_a_proxy_is_reached_from_them(self):
        with Server() as proxy:
            rows("--paceline_url=http://192.0.2.7/v1", *FEW, "--paceline_parallel=1",
                 "--paceline_reuse=off", f"--paceline_interface={','.join(SOURCES)}",
                 env={"http_proxy": proxy.url, "no_proxy": ""})
            self.assertEqual(proxy.peers, [SOURCES[0], *[*SOURCES] * 4])

    def test_localhost_has_both_families(self):
        for transport in TRANSPORTS:
            with Server() as server:
                rows(f"--paceline_url=http://localhost:{server.server_port}/v1", *FEW,
                     "--paceline_interface=127.0.0.2", f"--paceline_transport={transport}")
                self.assertEqual(set(server.peers), {"127.0.0.2"})


class Refusals(unittest.TestCase):
    def refused(self, *flags):
        done = run(*flags)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def test_what_this_machine_does_not_have_is_named(self):
        remedy = ("; give --paceline_interface an address or a network interface of this machine, "
                  "such as `ip address` lists")
        for value, words in (
                ("203.0.113.9", "203.0.113.9 is not an address of this machine"),
                ("no0", "'no0' is neither an IP address nor a network interface of this machine")):
            with Server() as server:
                said = self.refused(f"--paceline_url={server.url}",
                                    f"--paceline_interface=127.0.0.2,{value}")
                self.assertEqual(said, f"paceline: {words}{remedy}\n")
                self.assertEqual(server.peers, [])

    def test_control_characters_are_not_shown(self):
        self.assertNotIn("\x1b", self.refused("--paceline_interface=\x1b[31m"))

    def test_a_host_of_another_family_is_named(self):
        for transport in TRANSPORTS:
            said = self.refused("--paceline_url=http://api.test:81/v1",
                                "--paceline_resolve=api.test:81:[::1]",
                                "--paceline_interface=127.0.0.2", f"--paceline_transport={transport}")
            self.assertIn("cannot connect to api.test port 81 from 127.0.0.2: the host has only IPv6 "
                          "addresses, and the source has only IPv4; give --paceline_interface an "
                          "address of the host's family", said)

    def test_a_unix_socket_has_none(self):
        said = self.refused("--paceline_url=http://api.test/v1", "--paceline_unix_socket=/tmp/none",
                            "--paceline_interface=lo")
        self.assertIn("--paceline_interface has no effect with --paceline_unix_socket; leave out one "
                      "of them", said)


if __name__ == "__main__":
    unittest.main()
