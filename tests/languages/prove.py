"""Whether the clients that openapi-generator makes of the published documents lose anything.

Each language gets a client of each portable document. A warning of the generator must be one of ALLOWED. Go's and
Python's clients then carry every published example over a socket, and answers with a null, a code or a member that no
page has. Anything that is lost is an error. With --all the same is done with the exact edition, for comparison: its
losses stand in the table alone.

tests/conformance/generators installs what this needs, and runs it.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import cases

HERE = pathlib.Path(__file__).parent
FILES = {"portable": "openapi.portable.json", "exact": "openapi.json"}
MERGED = "all"

# The options without which a client does not compile, or cannot be imported beside the harness.
LANGUAGES = {
    "typescript-fetch": {},
    "python": {"additionalProperties": {"packageName": "client"}},
    "java": {"library": "native"},
    # Constants of all types are in one package: without the prefix two may have the same name.
    "go": {"additionalProperties": {"packageName": "client", "enumClassPrefix": True, "withGoMod": False}},
    "rust": {},
    "csharp": {},
    "ruby": {},
    "php": {},
    "kotlin": {},
}

RENAMED = re.compile(r"(.+?)(?: \(.*\))? cannot be used as (?:an? )?(.+) name\. Renamed to (\S+)")
ALLOWED = [
    # The name in the language alone; that on the wire stays. `same_names` finds two that become one.
    RENAMED,
    # While it looks for schemas that refer to themselves, and for defaults, the generator asks each for the name of
    # what it refers to, and warns of one that is no reference.
    re.compile(r"Failed to get the schema name: null"),
    # Java's documentation then shows an empty body in its sample of a call.
    re.compile(r"Ignoring complex example on request body"),
]
LOGGED = re.compile(r"\[(\S+)\] (?:WARN|ERROR) +\S+ - (.*)")

# The kinds of cases, and what the table calls their failures.
KINDS = {
    "example": "examples lost",
    "null": "nulls failed",
    "code": "unknown codes failed",
    "member": "new members failed",
}


class Client:
    """A client of one document in one language, and what became of it."""

    def __init__(self, edition, api, language, options):
        self.edition, self.api, self.language = edition, api, language
        self.name = f"{edition}.{api}.{language}"
        self.folder = options.box / self.name
        self.document = options.published / api / FILES[edition]
        self.warnings = self.unexplained = []
        self.compiles = "not tried"
        # By the kind of case: how many there were, and how many failed.
        self.tried = collections.Counter()
        self.failed = collections.Counter()
        self.problems = []

    def configuration(self):
        return LANGUAGES[self.language] | {
            "generatorName": self.language,
            "inputSpec": str(self.document),
            "outputDir": str(self.folder / "client" if self.language == "go" else self.folder),
            "globalProperties": {"apiTests": "false", "modelTests": "false"},
        }

    def warned(self, warnings):
        self.warnings = warnings
        self.unexplained = [w for w in warnings if not any(allowed.fullmatch(w) for allowed in ALLOWED)]
        self.unexplained += same_names(warnings, json.loads(self.document.read_text())["components"]["schemas"])
        self.problems += self.unexplained

    def carry(self, all_cases, options):
        try:
            command = HARNESSES[self.language](self.folder, options)
        except subprocess.CalledProcessError as error:
            self.compiles = "no"
            self.problems.append(f"does not compile: {(error.stdout + error.stderr)[:4000]}")
            return
        self.compiles = "yes"
        lines = "".join(json.dumps(case) + "\n" for _, case in all_cases)
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        results = done.stdout.splitlines()
        if done.returncode or len(results) != len(all_cases):
            self.compiles = "does not start"
            self.problems.append(f"{len(results)} results of {len(all_cases)} cases: {done.stderr[-4000:]}")
            return
        for (kind, case), result in zip(all_cases, results):
            self.tried[kind] += 1
            lost = cases.loss(case, json.loads(result))
            if lost:
                self.failed[kind] += 1
                where = f", {kind} at {case['place']}" if "place" in case else ""
                self.problems.append(f"{case['operation']}, {case['side']}{where}: {lost}")

    def row(self):
        counts = [f"{self.failed[k]} of {self.tried[k]}" if self.tried[k] else "not tried" for k in KINDS]
        warnings = [str(len(self.warnings)), str(len(self.unexplained))]
        return [self.language, self.api, self.edition, *warnings, self.compiles, *counts]


def go(folder, options):
    for name in ("go.mod", "go.sum", "main.go"):
        shutil.copy(HERE / "go" / name, folder)
    run("go", "vet", "./...", cwd=folder)
    run("go", "build", "-o", "harness", ".", cwd=folder)
    return [folder / "harness"]


def python(folder, options):
    run(options.python, "-m", "compileall", "-q", folder / "client")
    return [options.python, HERE / "python" / "main.py", folder]


# How a client is compiled; the answer is the command that reads the cases.
HARNESSES = {"go": go, "python": python}


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


def same_names(warnings, schemas):
    """Two names of a kind that became one, or a model that got the name of another."""
    renamed = collections.defaultdict(set)
    for match in filter(None, map(RENAMED.fullmatch, warnings)):
        old, kind, new = match.groups()
        renamed[kind, new].add(old)
        if kind == "model" and new in schemas:
            renamed[kind, new].add(new)
    return [f"{sorted(old)} all get the name {new}" for (_, new), old in renamed.items() if len(old) > 1]


def generate(clients, options):
    """All clients in one virtual machine; their warnings are told apart by the names of its threads."""
    configurations = options.box / "configurations"
    configurations.mkdir(parents=True)
    for client in clients:
        (configurations / f"{client.name}.json").write_text(json.dumps(client.configuration()))
    log = options.box / "generate.log"
    command = [
        "java", "-Dorg.openapitools.codegen.utils.oncelogger.enabled=false", "-cp", options.jar,
        HERE / "Generate.java", *(configurations / f"{client.name}.json" for client in clients),
    ]
    with log.open("w") as output:
        if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode:
            sys.exit(f"{log.read_text()[-8000:]}\nopenapi-generator failed; {log} has all of its output")
    warnings = collections.defaultdict(dict)
    for name, text in LOGGED.findall(log.read_text()):
        warnings[name][text] = None
    for client in clients:
        client.warned(list(warnings.pop(client.name, ())))
    if warnings:
        sys.exit(f"{log}: warnings that belong to no client: {dict(warnings)}")


def merged(apis):
    """The cases of the document of all APIs: the name of its API stands before each operation."""
    for api in apis:
        first, *rest = api.folder.name.split("-")
        prefix = first + "".join(word.capitalize() for word in rest)
        yield from api.cases(lambda operation: prefix + operation[0].upper() + operation[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jar", type=pathlib.Path, required=True, help="openapi-generator's")
    parser.add_argument("--python", type=pathlib.Path, required=True, help="one that has requirements.txt")
    parser.add_argument("--published", type=pathlib.Path, required=True, help="what `cargo xtask publish` wrote")
    parser.add_argument("--box", type=pathlib.Path, required=True, help="a folder that is replaced")
    parser.add_argument("--all", action="store_true", help="the exact edition too")
    options = parser.parse_args()

    apis = [cases.Api(file.parent) for file in sorted(options.published.glob("*/" + FILES["exact"]))]
    if not apis:
        sys.exit(f"{options.published}: no API has been published there")
    try:
        all_cases = {api.folder.name: list(api.cases()) for api in apis} | {MERGED: list(merged(apis))}
    except cases.Unusable as error:
        sys.exit(str(error))
    shutil.rmtree(options.box, ignore_errors=True)
    clients = [
        Client(edition, api, language, options)
        for language in LANGUAGES
        for edition in (FILES if options.all else ["portable"])
        for api in all_cases
        if (options.published / api / FILES[edition]).exists()
    ]
    begun = time.monotonic()
    generate(clients, options)
    generated = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = [client for client in clients if client.language in HARNESSES]
        list(pool.map(lambda client: client.carry(all_cases[client.api], options), tried))
    carried = time.monotonic()
    head = ["language", "API", "edition", "warnings", "unexplained", "compiles", *KINDS.values()]
    for row in [head, ["---"] * len(head), *(client.row() for client in clients)]:
        print(f"| {' | '.join(row)} |")
    print(f"{len(clients)} clients: generated in {generated - begun:.0f} s, tried in {carried - generated:.0f} s")

    guilty = [client for client in clients if client.problems and client.edition == "portable"]
    for client in guilty:
        for problem in client.problems[:20]:
            print(f"{client.name}: {problem}", file=sys.stderr)
        if client.problems[20:]:
            print(f"{client.name}: and {len(client.problems) - 20} more", file=sys.stderr)
    if guilty:
        sys.exit(f"{len(guilty)} clients lose something; {options.box} has them")


main()
