"""Whether the clients that the recipes of this folder make of the published documents lose anything.

A recipe is a folder with a README and

    config.json   the configuration of openapi-generator, if that is the tool: all its clients are made in one go, and a
                  warning must be one of ALLOWED
    recipe        a program that makes the client if something else is the tool, and builds, carries and makes the journey
    losses.json   what the tool loses, and why: {"REGULAR EXPRESSION": "cause"}; anything else that is lost is an error

README.md says what the commands of `recipe` are. Each client carries every published example over a socket, and answers
with a null, a code or a member that no page has. That of the merged document makes the journey too (JOURNEY.md).

tests/languages/run installs what this needs, and runs it.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import cases

HERE = pathlib.Path(__file__).parent
FILES = {"portable": "openapi.portable.json", "exact": "openapi.json"}
MERGED = "all"

# The recipes that are tried at every change.
SHORT = ["java", "go", "hey-api", "openapi-typescript", "openapi-python-client", "python"]

RENAMED = re.compile(r"(.+?)(?: \(.*\))? cannot be used (?:as (?:an? )?(.+) name|in naming)\. Renamed to (\S+)")
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

# What a recipe says of itself at its beginning: its commands, and what it needs on the PATH.
COMMANDS = re.compile(r"^# +recipe (\w+)", re.MULTILINE)
NEEDS = re.compile(r"^# Needs: (.+)$", re.MULTILINE)

# The world of the sandbox is that of the day, so that no client can have it by heart.
SEED = str(int(time.time()) // 86400)

# HTTP Basic has it form-encoded, as a secret of the service may have to be.
SECRET = "a+b%41/c="

# Without one of these kinds of cases, a table of zeros would say nothing.
KINDS = {"example", "null", "code", "member"}

# No command of a recipe takes so many seconds, unless it hangs.
LIMIT = 1800


class Failed(Exception):
    """A command of a recipe did not do what it should."""


class Recipe:
    """A folder of this one."""

    def __init__(self, folder):
        self.folder, self.name = folder, folder.name
        self.program = folder / "recipe"
        head = self.program.read_text() if self.program.exists() else ""
        self.commands = set(COMMANDS.findall(head))
        needs = NEEDS.search(head)
        self.needs = needs[1].split() if needs else []
        config, losses = folder / "config.json", folder / "losses.json"
        self.config = json.loads(config.read_text()) if config.exists() else None
        self.losses = {re.compile(text): 0 for text in json.loads(losses.read_text())} if losses.exists() else {}

    def faults(self):
        """What is wrong with the folder, or missing on this machine."""
        if not (self.folder / "README.md").exists():
            yield f"{self.folder}: there is no README.md, which a recipe is for"
        for pattern in self.losses:
            if pattern.search("anything, answer: anything"):
                yield f"{self.folder}/losses.json: {pattern.pattern!r} names whatever is lost"
        if not self.program.exists():
            return
        if not os.access(self.program, os.X_OK):
            yield f"{self.program}: chmod +x"
        wanted = {"check"} & self.commands or {"carry", "build"}
        if not self.config:
            wanted.add("generate")
        for command in sorted(wanted - self.commands):
            yield f"{self.program}: no line `#   recipe {command} …` at its beginning names this command"
        if not self.needs:
            yield f"{self.program}: no line `# Needs: …` says what must be on the PATH"
        missing = [command for command in self.needs if not shutil.which(command)]
        if missing:
            yield f"{self.name} needs {' and '.join(missing)}, which this machine does not have on the PATH"

    def names(self, problem):
        """Whether it is a loss that losses.json has."""
        found = [pattern for pattern in self.losses if pattern.search(problem)]
        for pattern in found:
            self.losses[pattern] += 1
        return bool(found)


def recipes():
    """The folders with what makes a client; another holds what several of them share."""
    return [Recipe(f) for f in sorted(HERE.iterdir()) if (f / "recipe").exists() or (f / "config.json").exists()]


class Client:
    """A client of one document by one recipe, and what became of it."""

    def __init__(self, edition, api, recipe, options):
        self.edition, self.api, self.recipe, self.options = edition, api, recipe, options
        self.name = f"{edition}.{api}.{recipe.name}"
        self.folder = options.box / self.name
        self.document = options.published / api / FILES[edition]
        self.goes = edition == "portable" and api == MERGED and "journey" in recipe.commands
        # What losses.json may name, and what it may not.
        self.lost, self.problems = [], []
        self.cell, self.journey = "generated", "–"

    def configuration(self):
        return self.recipe.config | {
            "inputSpec": str(self.document),
            "outputDir": str(self.folder / "client"),
            "globalProperties": {"apiTests": "false", "modelTests": "false"},
        }

    def warned(self, warnings):
        self.problems += [w for w in warnings if not any(allowed.fullmatch(w) for allowed in ALLOWED)]
        self.problems += same_names(warnings, json.loads(self.document.read_text())["components"]["schemas"])

    def command(self, name, *arguments, given=None, **options):
        """What a command of the recipe writes to standard output."""
        environment = os.environ | {
            "LANGUAGES_BOX": str(self.options.installed),
            "OPENAPI_GENERATOR": str(self.options.jar),
        } | options.pop("env", {})
        command = [self.recipe.program, name, *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with started(command, **pipes, env=environment, **options) as process:
            try:
                said, complained = process.communicate(given, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                raise Failed(f"`recipe {name}` has not ended after {LIMIT} s") from None
        if process.returncode:
            output = "\n".join(filter(None, (said[-4000:].strip(), complained[-4000:].strip())))
            raise Failed(f"`recipe {name}` failed with status {process.returncode}: {output or 'it said nothing'}")
        return said

    def prove(self, all_cases, expected):
        """Builds the client, and tries it."""
        if not self.recipe.commands:
            return
        self.folder.mkdir(exist_ok=True)
        self.cell = "does not build"
        try:
            if not self.recipe.config:
                self.command("generate", self.document, self.folder)
            if "check" in self.recipe.commands:
                self.command("check", self.document, self.folder)
                self.cell = "checked"
                return
            self.command("build", self.folder)
            self.cell = "does not start"
            self.carry(all_cases)
            if self.goes:
                self.journey = "fails"
                self.go(expected)
        except Failed as failure:
            self.problems.append(str(failure))

    def carry(self, all_cases):
        lines = "".join(json.dumps(case) + "\n" for _, case in all_cases)
        results = self.command("carry", self.folder, given=lines).splitlines()
        if len(results) != len(all_cases):
            raise Failed(f"`recipe carry` wrote {len(results)} results of {len(all_cases)} cases")
        for (kind, case), result in zip(all_cases, results):
            loss = cases.loss(case, document(result, "`recipe carry`"))
            if loss:
                where = f", {kind} at {case['place']}" if "place" in case else ""
                self.lost.append(f"{case['operation']}, {case['side']}{where}: {loss}")
        self.cell = f"{len(self.lost)} of {len(all_cases)}"

    def go(self, expected):
        """The journey, of which every client must tell the same."""
        with sandbox(self.options) as variables:
            told = self.command("journey", self.folder, env=variables)
        difference = next(cases.differences(expected, document(told, "`recipe journey`"), "journey"), None)
        self.journey = "differs" if difference else "the same"
        if difference:
            raise Failed(f"{difference}; before is the Rust client's")

    def unnamed(self):
        """The problems that losses.json does not name: it names losses, and neither warnings nor failures."""
        return self.problems + [loss for loss in self.lost if not self.recipe.names(loss)]


def document(text, source):
    """The one JSON document that a program printed."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Failed(f"{source} printed {text[:200]!r}, which is no JSON document: {error}") from None


running = set()


@contextlib.contextmanager
def started(command, **options):
    """A process, of which nothing is left at the end, neither of what it has started itself."""
    with subprocess.Popen(command, text=True, process_group=0, **options) as process:
        running.add(process)
        try:
            yield process
        finally:
            running.discard(process)
            end(process)


def end(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def interrupted(number, _):
    """What runs is in no group of a shell's, which would end it. Threads are not waited for: they would go on."""
    for process in [*running]:
        end(process)
    os._exit(128 + number)


@contextlib.contextmanager
def sandbox(options):
    """A sandbox for one journey, and the variables by which a client finds it."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = pathlib.Path(folder) / "app.pem"
        command = [options.sandbox, "--seed", SEED, "--customers", "250"]
        command += ["--client", f"sandbox:{SECRET}", "--certificate", certificate]
        with started(command, stdout=subprocess.PIPE) as process:
            url = re.search(r"http://[\d.:]+\d", process.stdout.readline())
            if not url:
                sys.exit(f"{options.sandbox} did not start")
            yield {
                "AVEPOINT_BASE_URL": url[0],
                "AVEPOINT_IDENTITY_URL": url[0],
                "AVEPOINT_CLIENT_ID": "sandbox",
                "AVEPOINT_CLIENT_SECRET": SECRET,
                "AVEPOINT_CLIENT_CERTIFICATE_PATH": str(certificate),
            }


def journey_in_rust(options):
    with sandbox(options) as variables:
        with started([options.journey], stdout=subprocess.PIPE, env=os.environ | variables) as process:
            told, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{options.journey} failed with status {process.returncode}")
    return document(told, options.journey)


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
    """The clients of openapi-generator in one virtual machine; their warnings are told apart by the names of its threads."""
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
        if clients:
            with started(command, stdout=output, stderr=subprocess.STDOUT) as process:
                process.wait()
            if process.returncode:
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


def chosen(options):
    """The recipes that were asked for, and are as they should be."""
    known = {recipe.name: recipe for recipe in recipes()}
    names = options.recipes or (list(known) if options.all else SHORT)
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"there is no recipe {' or '.join(unknown)}; there are {', '.join(known)}")
    faults = [fault for name in names for fault in known[name].faults()]
    if faults:
        sys.exit("\n".join(faults))
    return [known[name] for name in names]


def table(clients):
    """What each client lost of how much: a row for a recipe, a column for an API."""
    apis = list(dict.fromkeys(client.api for client in clients))
    rows = collections.defaultdict(dict)
    for client in clients:
        rows[client.recipe.name + (", exact edition" if client.edition == "exact" else "")][client.api] = client
    yield ["lost by", *apis, "journey"]
    yield ["---"] * (len(apis) + 2)
    for name, row in rows.items():
        cells = [row[api].cell if api in row else "–" for api in apis]
        yield [name, *cells, row[MERGED].journey if MERGED in row else "–"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jar", type=pathlib.Path, required=True, help="openapi-generator's")
    parser.add_argument("--published", type=pathlib.Path, required=True, help="what `cargo xtask publish` wrote")
    parser.add_argument("--sandbox", type=pathlib.Path, required=True, help="the program avepoint-sandbox")
    parser.add_argument("--journey", type=pathlib.Path, required=True, help="the journey of the Rust clients")
    parser.add_argument("--installed", type=pathlib.Path, required=True, help="a folder that keeps what recipes install")
    parser.add_argument("--box", type=pathlib.Path, required=True, help="a folder that is replaced")
    parser.add_argument("--all", action="store_true", help="every recipe, and the document of each API too")
    parser.add_argument("--exact", action="store_true", help="the exact edition too: its losses are no errors")
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=f"default: {', '.join(SHORT)}")
    return parser.parse_args()


def main():
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    chosen_recipes = chosen(options)
    apis = [cases.Api(file.parent) for file in sorted(options.published.glob("*/" + FILES["exact"]))]
    if not apis:
        sys.exit(f"{options.published}: no API has been published there")
    try:
        all_cases = {api.folder.name: list(api.cases()) for api in apis} | {MERGED: list(merged(apis))}
        for api in all_cases:
            if not (options.published / api / FILES["portable"]).exists():
                raise cases.Unusable(f"{options.published}/{api}: there is no {FILES['portable']}")
        kinds = collections.Counter(kind for kind, _ in all_cases[MERGED])
        if missing := KINDS - kinds.keys():
            raise cases.Unusable(f"{options.published}: there is no case of the kind {' or '.join(sorted(missing))}")
    except cases.Unusable as error:
        sys.exit(str(error))
    shutil.rmtree(options.box, ignore_errors=True)
    options.installed.mkdir(parents=True, exist_ok=True)
    clients = [
        Client(edition, api, recipe, options)
        for recipe in chosen_recipes
        for edition in (FILES if options.exact else ["portable"])
        for api in (all_cases if options.all or edition == "exact" else [MERGED])
        if (options.published / api / FILES[edition]).exists()
    ]
    begun = time.monotonic()
    generate([client for client in clients if client.recipe.config], options)
    generated = time.monotonic()
    expected = journey_in_rust(options)

    def prove(recipe):
        # One after the other: what a recipe installs is there for all of its clients.
        for client in clients:
            if client.recipe is recipe:
                client.prove(all_cases[client.api], expected)
                print(f"   {client.name}: {client.cell}, after {time.monotonic() - generated:.0f} s", flush=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(prove, chosen_recipes))
    ended = time.monotonic()
    for row in table(clients):
        print(f"| {' | '.join(row)} |")
    print(f"Cases of all APIs: {', '.join(f'{count} of the kind {kind}' for kind, count in kinds.items())}")
    print(f"{len(clients)} clients: generated in {generated - begun:.0f} s, tried in {ended - generated:.0f} s, seed {SEED}")

    guilty = 0
    for client in (client for client in clients if client.edition == "portable"):
        problems = client.unnamed()
        guilty += bool(problems)
        for problem in problems[:20]:
            print(f"{client.name}: {problem}", file=sys.stderr)
        if problems[20:]:
            print(f"{client.name}: and {len(problems) - 20} more", file=sys.stderr)
    for recipe in chosen_recipes if options.all else []:
        for pattern, count in recipe.losses.items():
            if not count:
                guilty += 1
                print(f"{recipe.folder}/losses.json: nothing is lost any more as {pattern.pattern}", file=sys.stderr)
    if guilty:
        sys.exit(f"{guilty} of these lose something or fail; {options.box} has the clients")


if __name__ == "__main__":
    main()
