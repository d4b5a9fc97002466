"""A TLS server for the suites that answers with one body and notes each connection."""

import ssl
import socket
import threading


class TlsServer:
    """Answers requests in HTTP/1.1 until the client closes. With `client_authority`, only for clients
    with a certificate of that authority."""

    def __init__(self, certificate, body, client_authority=None, version=None):
        self.body = body
        # Of each connection with a handshake: the name in the client's certificate, and whether the
        # session is one of before.
        self.clients = []
        self.requests = 0
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        if version:
            self.tls.maximum_version = version
        if client_authority:
            self.tls.verify_mode = ssl.CERT_REQUIRED
            self.tls.load_verify_locations(client_authority)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        # Refused connections stay open, so that the alert arrives before the end.
        self.kept = []
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.listener.getsockname()[1]}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, plain):
        connection = self.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.kept.append(connection)
        try:
            connection.do_handshake()
            subject = (connection.getpeercert() or {}).get("subject", ((("commonName", ""),),))
            self.clients.append((subject[0][0][1], connection.session_reused))
            with connection, connection.makefile("rb") as requests:
                while self.answer(requests, connection):
                    pass
        except OSError:
            pass

    def answer(self, requests, connection):
        length = 0
        while line := requests.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = requests.read(length)
        if not body:
            return False
        self.requests += 1
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.body) +
                           self.body)
        return True
