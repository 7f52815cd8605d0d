"""What the clients in Python call, and the reading of the cases: tests/languages/cases.py describes both."""

import json
import sys
import threading
import typing
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

Case = dict[str, typing.Any]


class Service(BaseHTTPRequestHandler):
    """Keeps what it receives, and answers with what the case says."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    case: Case = {}
    received = b""
    target = ""

    def answer(self) -> None:
        case, Service.target = Service.case, f"{self.command} {self.path}"
        Service.received = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if case["side"] == "request":
            self.send_response(204)
            self.end_headers()
            return
        answer = json.dumps(case["answer"]) if case["media"] == "application/json" else case["answer"]
        self.send_response(case["status"])
        self.send_header("Content-Type", case["media"])
        self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        self.wfile.write(answer.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        pass


def plain(name: str) -> str:
    """A name without what distinguishes the conventions of languages."""
    return "".join(c for c in name.lower() if c.isalnum())


def carry(begin: Callable[[str], Callable[[Case], typing.Any]]) -> None:
    """Reads cases from standard input, and writes one result for each.

    From the address of the service `begin` makes what has the client call it, and gives what came of the answer.
    """
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    call = begin(f"http://127.0.0.1:{server.server_port}")
    for line in sys.stdin:
        # Of the call before, nothing is taken for one of this.
        Service.case, Service.received, Service.target = json.loads(line), b"", ""
        try:
            value = call(Service.case)
            if Service.case["side"] == "request":
                value = json.loads(Service.received)
            result = {"value": value, "target": Service.target}
        except Exception as error:  # Whatever it is, it is what a caller would see.
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)
