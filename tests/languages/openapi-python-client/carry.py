"""Calls every operation of a generated client, over a socket, and says what came through.

It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.
"""

import datetime
import enum
import importlib
import inspect
import json
import pkgutil
import sys
import threading
import types
import typing
from http.server import BaseHTTPRequestHandler, HTTPServer

import client.api
from client import AuthenticatedClient
from client.types import File


class Service(BaseHTTPRequestHandler):
    """Keeps what it receives, and answers with what the case says."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    case: dict[str, typing.Any] = {}
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


def operations() -> dict[str, types.ModuleType]:
    """The modules that make a call, by their plain names."""
    found = pkgutil.walk_packages(client.api.__path__, "client.api.")
    return {plain(m.name.split(".")[-1]): importlib.import_module(m.name) for m in found if not m.ispkg}


def read(kind: typing.Any, value: typing.Any) -> typing.Any:
    """The argument of that type: models, codes and times have classes of their own."""
    for choice in typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,):
        if typing.get_origin(choice) is list:
            return [read(typing.get_args(choice)[0], entry) for entry in value]
        if hasattr(choice, "from_dict"):
            return choice.from_dict(value)
        if choice is datetime.datetime:
            return datetime.datetime.fromisoformat(value)
        if inspect.isclass(choice) and issubclass(choice, enum.Enum):
            return choice(value)
    return value


def written(answer: typing.Any) -> typing.Any:
    """What the client made of the answer, as JSON."""
    if isinstance(answer, File):
        return answer.payload.read().decode()
    if isinstance(answer, list):
        return [written(entry) for entry in answer]
    return answer.to_dict() if hasattr(answer, "to_dict") else answer


def run(api: AuthenticatedClient, modules: dict[str, types.ModuleType], case: dict[str, typing.Any]) -> typing.Any:
    call = modules[plain(case["operation"])].sync_detailed
    values = {plain(p["name"]): p["value"] for p in case["parameters"] if "value" in p}
    if "body" in case:
        values["body"] = case["body"]
    kinds = typing.get_type_hints(call)
    # The tool puts _ behind words that the language reserves.
    arguments = {name: read(kinds[name], values.pop(plain(name))) for name in kinds if plain(name) in values}
    if values:
        raise TypeError(f"{case['operation']} does not take {', '.join(values)}")
    answer = call(client=api, **arguments)
    if case["side"] == "request":
        return json.loads(Service.received)
    return written(answer.parsed)


def main() -> None:
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = AuthenticatedClient(f"http://127.0.0.1:{server.server_port}", token="any")
    modules = operations()
    for line in sys.stdin:
        Service.case = json.loads(line)
        try:
            result = {"value": run(api, modules, Service.case), "target": Service.target}
        except Exception as error:  # Whatever it is, it is what a caller would see.
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
