"""Calls every operation of a generated client, over a socket, and says what came through.

It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.
"""

import inspect
import json
import sys
import threading
import typing
from http.server import BaseHTTPRequestHandler, HTTPServer

import avepoint
import avepoint.api
from pydantic import BaseModel


class Service(BaseHTTPRequestHandler):
    """Keeps what it receives, and answers with what the case says."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    case = None
    received = None
    target = None

    def answer(self):
        case, Service.target = Service.case, f"{self.command} {self.path}"
        Service.received = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if case["side"] == "request":
            self.send_response(204)
            self.end_headers()
            return
        answer = json.dumps(case["answer"]) if case["media"] == "application/json" else case["answer"]
        answer = answer.encode()
        self.send_response(case["status"])
        self.send_header("Content-Type", case["media"])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


def plain(name):
    """A name without what distinguishes the conventions of languages."""
    return "".join(c for c in name.lower() if c.isalnum())


def operations_of(api_client):
    """The methods that make a call, by their plain names."""
    operations = {}
    for _, api in inspect.getmembers(avepoint.api, inspect.isclass):
        for name, method in inspect.getmembers(api(api_client), inspect.ismethod):
            if not name.startswith("_"):
                operations[plain(name)] = method
    return operations


def body_of(method, name, body):
    """The body as the model that the method takes."""
    kind = typing.get_type_hints(inspect.unwrap(method.__func__))[name]
    for model in (kind, *typing.get_args(kind)):
        if inspect.isclass(model) and issubclass(model, BaseModel):
            return model.from_dict(body)
    return body


def run(api_client, operations, case):
    method = operations.get(plain(case["operation"]))
    if method is None:
        raise LookupError(f"the client has no method {case['operation']}")
    parameters = {plain(p["name"]): p for p in case["parameters"]}
    arguments = {}
    for name in inspect.signature(method).parameters:
        if name.startswith("_"):
            continue
        # The tool puts var_ before words that the language reserves.
        parameter = parameters.get(plain(name)) or parameters.get(plain(name.removeprefix("var_")))
        # What is no parameter is the body.
        if parameter is None:
            if "body" in case:
                arguments[name] = body_of(method, name, case["body"])
        elif "value" in parameter:
            arguments[name] = parameter["value"]
    try:
        answer = method(**arguments)
    except avepoint.ApiException as error:
        if error.status != case["status"] or error.data is None:
            raise
        answer = error.data
    if case["side"] == "request":
        return json.loads(Service.received)
    if isinstance(answer, (bytes, bytearray)):
        return answer.decode()
    return api_client.sanitize_for_serialization(answer)


def main():
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api_client = avepoint.ApiClient(avepoint.Configuration(host=f"http://127.0.0.1:{server.server_port}"))
    operations = operations_of(api_client)
    for line in sys.stdin:
        Service.case, Service.received = json.loads(line), None
        try:
            result = {"value": run(api_client, operations, Service.case), "target": Service.target}
        except Exception as error:  # Whatever it is, it is what a caller would see.
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
