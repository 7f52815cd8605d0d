"""What a generated client must carry: the published examples, and answers that differ from them.

A case is a call, as one line of JSON:

    operation   the `operationId` in the client's document
    method      its method, in capitals
    path        its path, with the names of parameters in braces
    parameters  all that the operation has, in their order: `name`, `in`, and the example as `value`
    body        the request body, if there is one
    side        "request": the service answers 204, and the result is the body that it received;
                "answer": the service answers with `status`, `media` and `answer`, and the result is what the client
                made of that, written again
    place       for people: where the answer differs from the example

The result is one line too: `{"value": …, "target": "METHOD /path?query"}`, where the target is as it came over the
socket, or `{"error": "…"}`.
"""

import copy
import datetime
import json
import re
import urllib.parse

METHODS = ("get", "put", "post", "patch", "delete")
UNKNOWN_CODES = {int: 987654, str: "Undocumented"}
UNKNOWN_MEMBER = "undocumentedMember"


class Unusable(Exception):
    """Fixtures and documents do not belong together."""


class Api:
    """The examples of an API, and where it has codes; `document` is the exact edition."""

    def __init__(self, folder):
        self.folder = folder
        self.document = json.loads((folder / "openapi.json").read_text())
        self.operations = {
            operation["operationId"]: operation | {"method": method.upper(), "path": path}
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        }

    def cases(self, rename=lambda operation: operation):
        """The cases, each with its kind: `example`, `null`, `code` or `member`."""
        files = sorted((self.folder / "fixtures").iterdir())
        missing = set(self._expected()) - {".".join(file.name.split(".")[:2]) for file in files}
        if missing:
            raise Unusable(f"{self.folder}/fixtures: no example of {', '.join(sorted(missing))}")
        examples = [self._case(file) for file in files]
        for case, schema in filter(None, examples):
            case["operation"] = rename(case["operation"])
            yield "example", case
            if case["side"] == "request":
                continue
            answer = case["answer"]
            described = list(self._described(schema, answer))
            coded = {place for place, part in described if "enum" in part}
            maps = {place for place, part in described if part.get("additionalProperties", {}).keys() - {"description"}}
            for place in places(answer):
                value = value_at(answer, place)
                if place:
                    yield "null", at(case, place, None)
                if place in coded and type(value) in UNKNOWN_CODES:
                    yield "code", at(case, place, UNKNOWN_CODES[type(value)])
                if isinstance(value, dict) and place not in maps:
                    yield "member", at(case, place, value | {UNKNOWN_MEMBER: [0]})

    def _expected(self):
        """The examples that there must be."""
        for name, operation in self.operations.items():
            if "requestBody" in operation:
                yield f"{name}.request"
            for status, response in operation["responses"].items():
                if "content" in response:
                    yield f"{name}.{status}"
        for name, response in self.document["components"].get("responses", {}).items():
            if "content" in response:
                yield f"responses.{name}"

    def _case(self, file):
        name, kind, *_ = file.name.split(".")
        if kind == "parameters":
            return None
        example = json.loads(file.read_text())
        if name == "responses":
            name, kind = self._failing(kind)
        operation = self.operations.get(name)
        if not operation:
            raise Unusable(f"{file}: there is no operation {name}")
        case = {"operation": name, "parameters": self._parameters(name), "status": 204}
        case |= {part: operation[part] for part in ("method", "path")}
        if kind == "request":
            case |= {"side": "request", "body": example}
            return case, None
        response = self._resolved(operation["responses"].get(kind, {}))
        if len(response.get("content", ())) != 1:
            raise Unusable(f"{file}: {name} has not one media type for {kind}")
        [(media, content)] = response["content"].items()
        case |= {"side": "answer", "status": int(kind), "media": media, "answer": example}
        requests = sorted((self.folder / "fixtures").glob(f"{name}.request*.json"))
        if requests:
            case["body"] = json.loads(requests[0].read_text())
        return case, content["schema"]

    def _failing(self, component):
        """An operation that has this response, and with which status."""
        for name, operation in self.operations.items():
            for status, response in operation["responses"].items():
                if response.get("$ref") == f"#/components/responses/{component}":
                    return name, status
        raise Unusable(f"{self.folder}: no operation has the response {component}")

    def _parameters(self, name):
        file = self.folder / "fixtures" / f"{name}.parameters.json"
        values = json.loads(file.read_text()) if file.exists() else {}
        parameters = [self._resolved(p) for p in self.operations[name].get("parameters", [])]
        return [
            {"name": p["name"], "in": p["in"]} | ({"value": values[p["name"]]} if p["name"] in values else {})
            for p in parameters
        ]

    def _resolved(self, node):
        while "$ref" in node:
            kind, name = node["$ref"].split("/")[-2:]
            node = self.document["components"][kind][name]
        return node

    def _described(self, schema, value, place=()):
        """Each place of the value with each schema, or part of one, that describes it."""
        schema = self._resolved(schema)
        yield place, schema
        for part in (part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, [])):
            yield from self._described(part, value, place)
        if isinstance(value, dict):
            for name, member in value.items():
                inner = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
                if isinstance(inner, dict):
                    yield from self._described(inner, member, (*place, name))
        elif isinstance(value, list) and "items" in schema:
            for index, entry in enumerate(value):
                yield from self._described(schema["items"], entry, (*place, index))


def places(value, place=()):
    """The value itself, and each member and entry."""
    yield place
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from places(member, (*place, name))


def value_at(value, place):
    for name in place:
        value = value[name]
    return value


def at(case, place, value):
    """The case with another value at this place of its answer."""
    case = case | {"answer": copy.deepcopy(case["answer"]), "place": ".".join(["it", *map(str, place)])}
    if place:
        value_at(case["answer"], place[:-1])[place[-1]] = value
    else:
        case["answer"] = value
    return case


def loss(case, result):
    """What the client failed at or changed, as a sentence; None if everything came through."""
    if "error" in result:
        return result["error"]
    if "target" not in result:
        return "the program does not say to what the client sent its request"
    misled = next(misaimed(case, result["target"]), None)
    if misled:
        return misled
    if case["side"] == "request":
        return next(differences(case["body"], result.get("value")), None)
    return next(differences(documented(case["answer"]), documented(result.get("value"))), None)


def misaimed(case, target):
    """The method, the path and the parameters that did not come as they are.

    >>> parameters = [{"name": "id", "in": "path", "value": "a b/c"}, {"name": "x", "in": "query", "value": ["1", "d+e"]}]
    >>> case = {"method": "GET", "path": "/list/{id}/of", "parameters": [*parameters, {"name": "y", "in": "query"}]}
    >>> list(misaimed(case, "GET /list/a%20b%2Fc/of?x=1&x=d%2Be"))
    []
    >>> list(misaimed(case, "PUT /list/a+b%2Fc/of?x=d%2Be&x=1&y="))
    ['x.0 was "1", and is "d+e"', 'x.1 was "d+e", and is "1"', 'y was added', 'the method was GET, and is PUT', \
'the path was /list/a%20b%2Fc/of, and is /list/a+b%2Fc/of']
    """
    method, _, target = target.partition(" ")
    path, _, query = target.partition("?")
    came = urllib.parse.parse_qs(query, keep_blank_values=True)
    sent = case["path"]
    for parameter in (parameter for parameter in case["parameters"] if "value" in parameter):
        name, value = parameter["name"], parameter["value"]
        texts = [v if isinstance(v, str) else json.dumps(v) for v in (value if isinstance(value, list) else [value])]
        if parameter["in"] == "path":
            sent = sent.replace(f"{{{name}}}", urllib.parse.quote(texts[0], safe=""))
        else:
            yield from differences(texts, came.pop(name, []), name)
    yield from (f"{name} was added" for name in came)
    if method != case["method"]:
        yield f"the method was {case['method']}, and is {method}"
    if [*map(urllib.parse.unquote, sent.split("/"))] != [*map(urllib.parse.unquote, path.split("/"))]:
        yield f"the path was {sent}, and is {path}"


def documented(answer):
    """What a reader can rely on: no member that is null, which is the same as none, and none that no page has.

    >>> documented([{"a": None, "b": [None, 0], "undocumentedMember": 0}])
    [{'b': [None, 0]}]
    """
    if isinstance(answer, dict):
        members = answer.items()
        return {name: documented(member) for name, member in members if member is not None and name != UNKNOWN_MEMBER}
    if isinstance(answer, list):
        return [documented(entry) for entry in answer]
    return answer


def differences(sent, came, place="it"):
    """
    >>> list(differences({"a": [1, {"b": None}], "c": 0}, {"a": [2, {}], "d": 0}))
    ['it.a.0 was 1, and is 2', 'it.a.1.b is gone', 'it.c is gone', 'it.d was added']
    >>> list(differences([1, True, [], None], [1.0, 1, [0], False]))
    ['it.1 was true, and is 1', 'it.2 was [], and is [0]', 'it.3 was null, and is false']
    >>> list(differences("2024-05-06T07:08:09.120Z", "2024-05-06T09:08:09.12+02:00"))
    []
    >>> list(differences("2024-05-06T07:08:09.120Z", "2024-05-06T07:08:09Z"))
    ['it was "2024-05-06T07:08:09.120Z", and is "2024-05-06T07:08:09Z"']
    """
    if isinstance(sent, dict) and isinstance(came, dict):
        for name in sorted(sent.keys() | came.keys()):
            if name not in came:
                yield f"{place}.{name} is gone"
            elif name not in sent:
                yield f"{place}.{name} was added"
            else:
                yield from differences(sent[name], came[name], f"{place}.{name}")
    elif isinstance(sent, list) and isinstance(came, list) and len(sent) == len(came):
        for index, (one, other) in enumerate(zip(sent, came)):
            yield from differences(one, other, f"{place}.{index}")
    elif isinstance(sent, bool) != isinstance(came, bool) or sent != came and instant(sent) != instant(came):
        yield f"{place} was {json.dumps(sent)}, and is {json.dumps(came)}"


TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)


def instant(value):
    """The instant that a text names, so that `Z` and `+00:00` are the same; any other value unchanged."""
    time = TIME.fullmatch(value) if isinstance(value, str) else None
    if not time:
        return value
    seconds, fraction, offset = time.groups(default="")
    return datetime.datetime.fromisoformat(seconds + offset).timestamp(), fraction.rstrip("0")
