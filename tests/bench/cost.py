"""Compiles and runs the programs of tests/bench/programs, and prints what each side costs.

- CPU seconds (user and system, of cargo and all it starts) to compile one crate, its dependencies being there: the
  median of some turns, in which both sides are compiled one after the other.
- Lines of LLVM's language that the compiler writes for the crate, and for a program that lists the customers, in which
  it compiles what is generic or inlined; and which parts they are for.
- What a stripped release program that lists the customers takes to compile, and its size.
- How long answers, calls and lists take (`race.rs`).

tests/bench/run installs what this needs, and runs it.
"""

import argparse
import collections
import os
import pathlib
import re
import resource
import statistics
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
PROGRAMS = ROOT / "tests/bench/programs"

# Our crate and the one beneath it, which all our clients share; and the crates that generators make of the same
# document, each with its folder below that of the benchmark.
OURS = "avepoint-elements-v3"
CORE = "avepoint-core"
OTHER = "openapi"
RAW = "progenitor-raw"
GENERATED = {OTHER: "openapi-generator", RAW: "progenitor"}

# Which lines of LLVM belong to what: the first pattern that is found in a function's name. Types are what is left of
# progenitor's output; all else is added to it. What is generic or inlined is compiled in the user's crate, where it is
# used, and costs nothing in ours. A program has std and tokio in all else.
PARTS = [
    ("codes and ids", r"::enums::|::ids::|::variants::|OpenEnum|Documented|WireCode"),
    ("builders", r"::builder::"),
    ("types", r"::types::|Deserialize|Serialize"),
    ("lists", r"::paging::|Pages|Items"),
    ("JSON", r"serde|::reader::"),
    ("calls", r"avepoint_"),
]


class Bench:
    def __init__(self, folder, turns):
        self.folder = folder
        self.turns = turns
        self.env = os.environ | {
            "CARGO_TARGET_DIR": str(folder / "target"),
            "CARGO_INCREMENTAL": "0",
            "PATH": f"{folder / 'tools/bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def cargo(self, *arguments):
        done = subprocess.run(
            ["cargo", *arguments], cwd=PROGRAMS, env=self.env, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"bench: cargo {' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout

    def seconds(self, *arguments):
        """The CPU seconds that cargo takes with all it starts."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cargo(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def source(self, crate):
        """A file of the crate or program, whose change has it compiled anew."""
        if crate in GENERATED:
            return self.folder / GENERATED[crate] / "src/lib.rs"
        return ROOT / "crates" / crate / "src/lib.rs" if crate in (OURS, CORE) else PROGRAMS / f"src/bin/{crate}.rs"

    def compiled(self, *command):
        """The median CPU seconds of each side."""
        self.cargo(*command, "--package", OURS, "--package", OTHER)
        turns = {OURS: [], OTHER: []}
        for turn in range(self.turns):
            for package in (OURS, OTHER) if turn % 2 else (OTHER, OURS):
                self.source(package).touch()
                turns[package].append(self.seconds(*command, "--package", package))
        return [statistics.median(turns[package]) for package in (OURS, OTHER)]

    def llvm_lines(self, crate, *target):
        """The lines of a crate or program by part."""
        emit = ["--", "--emit=llvm-ir", "-Cno-prepopulate-passes", "-Ccodegen-units=1"]
        self.source(crate).touch()
        self.cargo("rustc", "--release", *target, *emit)
        written = (self.folder / "target/release/deps").glob(f"{crate.replace('-', '_')}-*.ll")
        listing = self.cargo("llvm-lines", "--files", max(written, key=lambda file: file.stat().st_mtime))
        lines = collections.Counter()
        for row in listing.splitlines():
            found = re.match(r"\s*(\d+)\s.*?\)\s+\d+\s.*?\)\s+(.*)", row)
            if found and found[2] != "(TOTAL)":
                part = next((part for part, pattern in PARTS if re.search(pattern, found[2])), "all else")
                lines[part] += int(found[1])
        return lines


def row(what, ours, beside, theirs, digits=1):
    print(f"| {what} | {ours:,.{digits}f} | {beside} | {theirs:,.{digits}f} | {ours / theirs:.2f} |", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bench", type=pathlib.Path, required=True, help="the folder that run has filled")
    arguments.add_argument("--turns", type=int, default=3, help="how often each side is compiled")
    arguments = arguments.parse_args()
    bench = Bench(arguments.bench, arguments.turns)

    print("| | ours | beside | theirs | ratio |")
    print("| --- | ---: | --- | ---: | ---: |")
    for what, *command in [("release build, CPU s", "build", "--release"), ("`cargo check`, CPU s", "check")]:
        ours, theirs = bench.compiled(*command)
        row(what, ours, "openapi-generator", theirs)
    lines = {crate: bench.llvm_lines(crate, "--lib", "--package", crate) for crate in (OURS, CORE, RAW, OTHER)}
    lines |= {name: bench.llvm_lines(name, "--bin", name) for name in ("ours", "raw", "other")}
    for what, mine, raw, other in [
        ("lines of LLVM", OURS, RAW, OTHER),
        ("lines of LLVM of a program that lists customers", "ours", "raw", "other"),
    ]:
        row(what, lines[mine].total(), "progenitor's own output", lines[raw].total(), 0)
        row(what, lines[mine].total(), "openapi-generator", lines[other].total(), 0)
    bench.cargo("build", "--release", "--bins")
    turns = {"ours": [], "other": [], "by_hand": []}
    for _ in range(bench.turns):
        for name, seconds in turns.items():
            (PROGRAMS / f"src/bin/{name}.rs").touch()
            seconds.append(bench.seconds("build", "--release", "--bin", name))
    sizes = {name: (bench.folder / "target/release" / name).stat().st_size / 1024 for name in turns}
    for name, beside in [("other", "openapi-generator"), ("by_hand", "reqwest")]:
        mine, others = (statistics.median(turns[name]) for name in ("ours", name))
        row("release build of a program that lists customers, CPU s", mine, beside, others)
        row("that program, KiB", sizes["ours"], beside, sizes[name], 0)
    subprocess.run([bench.folder / "target/release/race"], check=True)
    for what, whose in [("our crate", OURS), (CORE, CORE), ("our program", "ours"), ("progenitor's own output", RAW)]:
        print(f"\nlines of LLVM of {what}, {lines[whose].total():,} in all, by part:")
        for part, count in lines[whose].most_common():
            print(f"{count:9,}  {part}")


if __name__ == "__main__":
    main()
