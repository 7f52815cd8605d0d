"""The sandbox as its opponents need it: tokens of the scopes that an operation asks for, and ids that are in its world.

Where it is and who may ask for tokens stands in the variables that it prints.
"""

import functools
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ["AVEPOINT_BASE_URL"]
IDENTITY = os.environ["AVEPOINT_IDENTITY_URL"]
CLIENT = {
    "client_id": os.environ["AVEPOINT_CLIENT_ID"],
    "client_secret": os.environ["AVEPOINT_CLIENT_SECRET"],
}

METHODS = ("get", "post", "put", "patch", "delete")

# Calls that say what is in the world, one after the other: the operation, what its body or its query says, and where in
# the answer something stands. Names are those of parameters and members, in small letters and without an `s` at the end;
# a word before a name says that it holds for paths that have this word among their parts.
WALKS = {
    "elements-v3": [
        ("listCustomers", {}, {"customerid": "data.0.id", "tenantid": "data.0.tenants.0.id"}),
        ("listUsers", {}, {"userid": "data.0.id"}),
        ("listRiskWorkflows", {}, {"workflowid": "data.0.workflowId"}),
        ("listRiskRules", {}, {"ruleid": "result.0.ruleId"}),
        ("listBaselines", {}, {"baselineid": "data.0.baselineId"}),
        ("listJobs", {}, {"jobid": "data.1.jobId"}),
        ("listScanProfiles", {}, {"scanprofileid": "data.0.profileId"}),
        ("listResellers", {}, {"resellerid": "data.0.ResellerId"}),
        ("listPooledLicenses", {}, {"licenseid": "data.0.licenseId"}),
    ],
    "elements-legacy": [
        ("listCustomers", {}, {"id": "value.0.id"}),
        ("listScanProfiles", {}, {"profileid": "value.0.profileId"}),
        ("listBackupJobs", {}, {"jobtype": "value.0.jobType", "jobmodule": "value.0.jobModule"}),
    ],
    "insights": [
        ("listSiteOverviews", {}, {"siteurl": "values.0.siteUrl", "path": "values.0.siteUrl"}),
        ("getSiteId", {}, {"siteid": "values.0"}),
        ("listSiteDetailRecords", {"siteId": "{siteid}"}, {"objecturl": "values.0.location", "google id": "values.3.id"}),
        ("listUsers", {"startPage": 1, "pageSize": 1}, {"email": "results.0.email"}),
        ("listGroups", {"startPage": 1, "pageSize": 1}, {"groupid": "values.0.groupId", "google groupid": "values.0.email"}),
        ("exportSitePermissions", {"siteUrls": "{siteurl}"}, {"jobid": "jobId"}),
    ],
    "insights-legacy": [
        ("listSiteOverviews", {"pageSize": 10}, {"siteurl": "results.0.siteUrl", "path": "results.0.siteUrl"}),
        ("listUserSummaries", {"StartPage": 1, "PageSize": 1}, {"email": "results.0.email"}),
        ("exportSitePermissions", {"siteUrls": ["{siteurl}"], "language": "en-US"}, {"permission id": "id"}),
        ("exportActivities", {"path": "{siteurl}", "email": ""}, {"activity id": "id"}),
        ("listSiteIds", {"siteUrls": ["{siteurl}"]}, {"siteid": "results.0.siteId"}),
    ],
}


@functools.cache
def token(scopes):
    """A token that allows this and nothing else."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scopes, **CLIENT})
    with urllib.request.urlopen(f"{IDENTITY}/connect/token", form.encode()) as answer:
        return json.load(answer)["access_token"]


def scopes(operation):
    """The scopes that allow an operation, as a request for a token names them."""
    (names,) = operation["security"][0].values()
    return " ".join(names)


def operations(document):
    """The method, the path and the description of each operation by its id."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def send(method, url, body=None, headers=None):
    """The status, the headers and the body of an answer."""
    headers = dict(headers or {})
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, body, headers, method=method.upper())
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def query(values):
    """A query in the form of addresses; a truth value is written as in JSON."""
    written = {name: json.dumps(value) if isinstance(value, bool) else value for name, value in values.items()}
    return urllib.parse.urlencode(written, doseq=True, quote_via=urllib.parse.quote)


def key(name):
    """The name of what a parameter or a member holds: `emails` and `Emails` hold what `email` holds."""
    return name.lower().removesuffix("s")


def filled(value, known):
    """A value with what is known in the place of `{name}`."""
    if isinstance(value, dict):
        return {name: filled(member, known) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(entry, known) for entry in value]
    return value.format_map(known) if isinstance(value, str) else value


def real(name, value, known):
    """A value with what is in the world in its place, or in the place of its members, where anything of that name is."""
    if isinstance(value, dict):
        return {member: real(member, within, known) for member, within in value.items()}
    if isinstance(value, list):
        return [real(name, entry, known) for entry in value]
    return known.get(key(name), value)


def is_token(name):
    """Whether it names the page after another one: what stands there can only come from an answer."""
    return name.lower() in ("nextlink", "nexttoken", "skiptoken", "token")


def without_tokens(members):
    return {name: value for name, value in members.items() if not is_token(name)}


def of(path, known):
    """What is known for a path."""
    parts = path.split("/")
    found = {name.split()[-1]: value for name, value in known.items() if " " in name and name.split()[0] in parts}
    return known | found


def control(method, what, body=None):
    """Has the sandbox do something, or say something of itself."""
    status, _, text = send(method, f"{BASE}/_sandbox/{what}", body)
    if status != 200:
        raise RuntimeError(f"{method} /_sandbox/{what}: {text.decode()}")
    return json.loads(text)


def address(path, known):
    """A path with what is known in the place of its variables."""
    quoted = {name: urllib.parse.quote(str(value), safe="") for name, value in known.items()}
    return re.sub(r"\{(\w+)\}", lambda variable: quoted[key(variable[1])], path)


def walk(api, document):
    """What is in the world."""
    # So that neither the five that run nor the hundred that wait hold up an export.
    control("post", "exports", {"next": [{"takesSeconds": 0}] * 20_000})
    known = {}
    for name, says, places in WALKS[api]:
        method, path, operation = operations(document)[name]
        url, says = BASE + address(path, known), filled(says, known)
        body = says if "requestBody" in operation else None
        if body is None:
            url = f"{url}?{query(says)}"
        status, _, text = send(method, url, body, {"Authorization": f"Bearer {token(scopes(operation))}"})
        if status != 200:
            raise RuntimeError(f"{name}: {status} {text.decode()}")
        for found, place in places.items():
            value = json.loads(text)
            for step in place.split("."):
                value = value[int(step) if step.isdigit() else step]
            known[found] = value
    return known
