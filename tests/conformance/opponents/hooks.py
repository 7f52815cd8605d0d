"""How schemathesis calls the sandbox: with each operation's own token, and mostly with ids that are there."""

import atexit
import collections
import os
import random
import urllib.parse

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

import sandbox

# Requests that keep to the schemas and are refused all the same, by what the sandbox says: no schema can say it.
EXCUSES = {
    "a page is asked for by a token that no answer gave out": "is no token of this list; take the one of the page before",
    "a time has the digits of one and is none, such as 0000-00-00": "is none that a calendar and a clock have",
    "a code is given as text, whose schema allows all digits": "is no code of ",
    "the spec knows the code, and says that the service does not serve it yet": "is not supported yet",
    "one of two members must say something, and both may be left empty": "Name an object by its path, a user by",
    "an action is refused while its tenant or baseline is in some states, as the spec says": "which does not allow it",
    # Seldom: eight examples do without it.
    "an id was taken from another answer without regard to its format": 'groupId: value is not a \\"email\\"',
}

API = os.environ["AVEPOINT_API"]
excused = collections.Counter()
answered = collections.Counter()
successful = set()
choice = random.Random(7)
known = {}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Says `http` of what says `oauth2`: only of those schemes schemathesis tries a call without a token, or a wrong one."""
    for scheme in raw_schema["components"]["securitySchemes"].values():
        if scheme["type"] == "oauth2":
            scheme.clear()
            scheme.update(type="http", scheme="bearer")


@schemathesis.hook
def after_load_schema(context, schema):
    known.update(sandbox.walk(API, schema.raw_schema))


@schemathesis.auth(cache_by_key=lambda case, context: sandbox.scopes(context.operation.definition.raw))
class OwnToken:
    def get(self, case, context):
        return sandbox.token(sandbox.scopes(context.operation.definition.raw))

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Has three of four valid requests be about what is in the world: almost all others are about nothing."""
    if case.meta is None or choice.random() < 0.25:
        return
    found = sandbox.of(case.operation.path, known)
    if case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters = {name: quoted(name, value, found) for name, value in case.path_parameters.items()}
    for location, place in ((ParameterLocation.QUERY, "query"), (ParameterLocation.BODY, "body")):
        values = getattr(case, place)
        if values and isinstance(values, dict) and not case.meta.is_negative_at(location):
            setattr(case, place, sandbox.real("", sandbox.without_tokens(values), found))


def quoted(name, value, found):
    """A part of the path, in the form of addresses; schemathesis judges that form, so that an e-mail address keeps its `@`."""
    there = sandbox.real(name, value, found)
    return value if there is value else urllib.parse.quote(there, safe=":@")


@schemathesis.hook
def after_call(context, case, response):
    answered[f"{response.status_code // 100}xx"] += 1
    if response.status_code < 300:
        successful.add(case.operation.label)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Excuses what `EXCUSES` names; everything else stands."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    excuse = next((excuse for excuse, message in EXCUSES.items() if message in response.text), None)
    excused[excuse] += excuse is not None
    return excuse is None


@atexit.register
def report():
    """Says how the calls were answered, and adds lines to the file `AVEPOINT_EXCUSED`: how often, a tab, and which excuse."""
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(answered.items()))
    print(f"{answered.total()} answers: {statuses}; success for {len(successful)} operations")
    with open(os.environ["AVEPOINT_EXCUSED"], "a", encoding="utf-8") as file:
        file.writelines(f"{excused[excuse]}\t{excuse}\n" for excuse in EXCUSES)
