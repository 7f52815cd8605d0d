"""Calls every operation of a generated client, over a socket, and says what came through.

It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both.
"""

import inspect
import typing

import avepoint
import avepoint.api
from pydantic import BaseModel
from service import carry, plain


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
    if isinstance(answer, (bytes, bytearray)):
        return answer.decode()
    return api_client.sanitize_for_serialization(answer)


def begin(url):
    api_client = avepoint.ApiClient(avepoint.Configuration(host=url))
    operations = operations_of(api_client)
    return lambda case: run(api_client, operations, case)


carry(begin)
