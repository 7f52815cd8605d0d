"""Calls every operation of a generated client, over a socket, and says what came through.

It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.
"""

import datetime
import enum
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable

import client.api
from client import AuthenticatedClient
from client.types import File
from service import Case, carry, plain


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


def run(api: AuthenticatedClient, modules: dict[str, types.ModuleType], case: Case) -> typing.Any:
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
    return written(answer.parsed)


def begin(url: str) -> Callable[[Case], typing.Any]:
    api = AuthenticatedClient(url, token="any")
    modules = operations()
    return lambda case: run(api, modules, case)


carry(begin)
