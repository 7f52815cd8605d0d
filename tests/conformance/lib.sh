# What the scripts of this folder share: where things lie, how the tools are installed, and how they are run.
# Sourced, not run: . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
here=tests/conformance
# Everything is installed and written below this folder.
box=$root/target/conformance
logs=$box/logs
bin=$box/node/node_modules/.bin
mkdir -p "$logs"

# quietly NAME COMMAND…: prints the seconds that the command took, and what it printed only if it failed.
quietly() {
    local log=$logs/$1.log name=$1 begun=$SECONDS
    shift
    if ! "$@" >"$log" 2>&1; then
        cat "$log"
        echo "conformance: failed: $*" >&2
        exit 1
    fi
    echo "   $name: $((SECONDS - begun)) s"
}

# An installation is kept until its manifest changes; the copy of the manifest is written last, as the mark of success.

# The tools of package.json, in $bin.
node_tools() {
    if ! cmp -s "$here/package-lock.json" "$box/node/installed.json"; then
        rm -rf "$box/node"
        mkdir -p "$box/node"
        cp "$here/package.json" "$here/package-lock.json" "$box/node/"
        quietly npm npm ci --prefix "$box/node" --ignore-scripts --no-audit --no-fund
        cp "$here/package-lock.json" "$box/node/installed.json"
    fi
}

# The tools of requirements.in, in $box/python/bin.
python_tools() {
    if ! cmp -s "$here/requirements.txt" "$box/python/installed.txt"; then
        rm -rf "$box/python"
        quietly venv python3 -m venv "$box/python"
        # Nothing is built from source: what a build pulls in has no hashes.
        quietly pip "$box/python/bin/python" -m pip install --disable-pip-version-check --require-hashes \
            --only-binary :all: -r "$here/requirements.txt"
        cp "$here/requirements.txt" "$box/python/installed.txt"
    fi
}

# Sets $openapi_generator to the jar of openapi-generator, which comes in a package of Python's; it needs Java.
openapi_generator() {
    python_tools
    openapi_generator=$(echo "$box"/python/lib/python3*/site-packages/openapi_generator_cli/openapi-generator.jar)
    if [ ! -f "$openapi_generator" ]; then
        echo "conformance: there is no $openapi_generator" >&2
        exit 1
    fi
}

# publish_editions: what `cargo xtask publish` writes, in $published.
published=$box/published
publish_editions() {
    quietly publish cargo --locked xtask publish --out "$published"
}
