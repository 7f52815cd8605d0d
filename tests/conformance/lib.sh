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
    quietly pip tests/languages/venv "$here/requirements.txt" "$box/python"
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

# What runs beside a script ends with it, at the latest.
beside=()
stop_beside() {
    local pid
    for pid in "${beside[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    beside=()
}
trap stop_beside EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# answers PORT: whether anything, even an error page, comes back.
answers() {
    python3 - "$1" <<'PY'
import http.client, sys
try:
    c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=2)
    c.request("GET", "/")
    c.getresponse()
except (OSError, http.client.HTTPException):
    sys.exit(1)
PY
}

# start NAME READY COMMAND…: runs a command beside the script, with its output in $log, until READY succeeds.
start() {
    local name=$1 ready=$2
    shift 2
    log=$logs/$name.log
    "$@" >"$log" 2>&1 &
    beside+=($!)
    for _ in $(seq 120); do
        if ! kill -0 $! 2>/dev/null; then
            break
        fi
        if $ready; then
            return
        fi
        sleep 0.5
    done
    cat "$log"
    echo "conformance: did not start: $*" >&2
    exit 1
}

# start_prism NAME SUBCOMMAND ARGUMENT…: Prism, at $prism_url.
start_prism() {
    local name=$1 subcommand=$2 port
    port=$(free_port)
    shift 2
    start "$name" "answers $port" "$bin/prism" "$subcommand" --errors --port "$port" "$@"
    prism_url=http://127.0.0.1:$port
}

build_sandbox() {
    quietly sandbox-build cargo build --locked -p avepoint-sandbox
}

# The variables stand before this line, for another shell.
is_sandbox_ready() {
    grep -q '^# \.env$' "$log"
}

# start_sandbox NAME OPTION…: a sandbox of the same world each time, and the variables that say where it is.
start_sandbox() {
    local name=$1
    shift
    start "sandbox-$name" is_sandbox_ready "${CARGO_TARGET_DIR:-$root/target}/debug/avepoint-sandbox" \
        --seed 7 --customers 20 --client sandbox:secret "$@"
    eval "$(grep '^export ' "$log")"
}
