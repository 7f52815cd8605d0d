"""Every operation of an API through Prism, which stands between a client and the sandbox and judges both by the spec.

    python proxy.py API SPEC PROXY

PROXY is the address of Prism with the sandbox behind it.

- A request that keeps to the spec is answered with success, and with what the sandbox says: Prism reports nothing.
- A request without a token, with a body of another type, or with text for a number is refused by Prism, and the sandbox
  never sees it.
- An answer that the sandbox spoils on demand is reported by Prism if another validator refuses it too, and only then.
"""

import collections
import json
import sys

import yaml
from openapi_schema_validator import OAS30Validator

import sandbox

# What the sandbox does to an answer on demand.
SPOILS = ("members=null", "codes=unknown", "members=unknown")


class Call:
    """A call of an operation by the examples of its spec, about what is in the world."""

    def __init__(self, document, known, name, method, path, operation):
        self.name, self.method, self.operation = name, method, operation
        self.document = document
        found = sandbox.of(path, known)
        self.variables, self.query, self.numbers = {}, {}, []
        for parameter in map(self.resolved, operation.get("parameters", [])):
            value = sandbox.real(parameter["name"], parameter["example"], found)
            if parameter["in"] == "path":
                self.variables[parameter["name"].lower()] = value
            elif not sandbox.is_token(parameter["name"]):
                self.query[parameter["name"]] = value
                if self.resolved(parameter["schema"]).get("type") == "integer":
                    self.numbers.append(parameter["name"])
        self.path = sandbox.address(path, {sandbox.key(name): value for name, value in self.variables.items()})
        self.body = None
        if "requestBody" in operation:
            example = self.resolved(operation["requestBody"])["content"]["application/json"]["example"]
            self.body = sandbox.real("", sandbox.without_tokens(example), found)

    def resolved(self, described):
        while "$ref" in described:
            place = described["$ref"].removeprefix("#/")
            described = self.document
            for step in place.split("/"):
                described = described[step]
        return described

    def send(self, base, query=None, body=None, token=True, spoil=None):
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {sandbox.token(sandbox.scopes(self.operation))}"
        if spoil:
            headers["sandbox-fault"] = spoil
        url = f"{base}{self.path}?{sandbox.query({**self.query, **(query or {})})}".removesuffix("?")
        return sandbox.send(self.method, url, self.body if body is None else body, headers)

    def objections(self, status, text):
        """What the other validator has against an answer in JSON."""
        content = self.resolved(self.operation["responses"][str(status)]).get("content", {})
        if "application/json" not in content:
            return []
        schema = {**content["application/json"]["schema"], "components": self.document["components"]}
        return [error.message for error in OAS30Validator(schema).iter_errors(json.loads(text))]


class Report:
    def __init__(self):
        self.counts, self.complaints = collections.Counter(), []

    def hold(self, what, holds, complaint):
        self.counts[what] += 1
        if not holds:
            self.complaints.append(complaint)


def is_reported(status, text):
    return status == 500 and b"errors#VIOLATIONS" in text


def judge(call, proxy, report):
    status, _, text = call.send(proxy)
    success = 200 <= status < 300
    report.hold("valid calls passed", success, f"{call.name}: {status} {text[:600]!r}")
    if not success:
        return
    objections = call.objections(status, text)
    report.hold("answers valid for the other validator", not objections, f"{call.name}: {objections[:3]}")

    sandbox.control("delete", "requests")
    for what, status, changes in [
        ("calls without a token refused", 401, {"token": False}),
        *[("calls with another body refused", 422, {"body": [[]]}) for _ in [call.body] if call.body is not None],
        *[("calls with text for a number refused", 422, {"query": {name: "x"}}) for name in call.numbers],
    ]:
        found, _, text = call.send(proxy, **changes)
        report.hold(what, found == status, f"{call.name}, {what}: {found} {text[:600]!r}")
    seen = [request["path"] for request in sandbox.control("get", "requests")]
    report.hold("refused by Prism alone", not seen, f"{call.name}: the sandbox saw {seen}")

    for spoil in SPOILS:
        status, _, text = call.send(sandbox.BASE, spoil=spoil)
        if not 200 <= status < 300:
            # A write that can be made once.
            report.counts["not made twice"] += 1
            continue
        objections = call.objections(status, text)
        status, _, text = call.send(proxy, spoil=spoil)
        what = f"{spoil} " + ("reported" if objections else "passed")
        report.hold(what, is_reported(status, text) == bool(objections), f"{call.name}, {what}: {status} {text[:600]!r}")


def main(api, spec, proxy):
    with open(spec, encoding="utf-8") as file:
        document = yaml.load(file, yaml.CSafeLoader)
    known, report = sandbox.walk(api, document), Report()
    for name, (method, path, operation) in sandbox.operations(document).items():
        judge(Call(document, known, name, method, path, operation), proxy, report)
    for what, count in report.counts.items():
        print(f"   {what}: {count}")
    if report.complaints:
        sys.exit("\n".join(report.complaints))


main(*sys.argv[1:])
