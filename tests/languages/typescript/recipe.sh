# What the recipes of TypeScript share. Sourced by a `recipe`, which defines `generate` unless openapi-generator does
# that, and has `recipe "$@"` run a command. tests/languages/README.md says what the commands do.

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
shared=$here/../typescript
: "${LANGUAGES_BOX:?names the folder in which installations are kept}"
tools=$(realpath -m "$LANGUAGES_BOX")/typescript

# Installs what package.json names, once; the generators look for tsconfig.json beside node_modules.
install() {
    mkdir -p "$tools"
    exec 9>"$tools/lock"
    flock 9
    if ! cmp -s "$shared/package-lock.json" "$tools/installed.json"; then
        cp "$shared"/{package.json,package-lock.json,.npmrc,tsconfig.json} "$tools"
        npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund
        # The mark of success.
        cp "$shared/package-lock.json" "$tools/installed.json"
    fi
    flock -u 9
}

# Puts the programs, and that of README.md, beside the client, and compiles them with it.
build() {
    mkdir -p "$1/typescript"
    cp "$shared"/*.ts "$1/typescript"
    cp "$here"/*.ts "$shared"/{package.json,tsconfig.json} "$1"
    sed -n '/^```ts$/,/^```$/{/^```/!p}' "$here/README.md" >"$1/first.ts"
    ln -sfn "$tools/node_modules" "$1/node_modules"
    # These are written for the document of all APIs, in which the name of its API stands before every operation.
    if ! grep -qrs elementsV3ListCustomers "$1/client"; then
        rm "$1"/{first,journey,typescript/types}.ts
    fi
    "$tools/node_modules/.bin/tsc" --project "$1"
}

carry() {
    cd "$1"
    node built/carry.js
}

journey() {
    cd "$1"
    node built/journey.js
}

recipe() {
    case "${1-}" in
        build | carry | journey) ;;
        generate) declare -F generate >/dev/null || { echo "openapi-generator makes this client" >&2; exit 2; } ;;
        *) echo "recipe: there is no command '${1-}'; it has generate, build, carry and journey" >&2; exit 2 ;;
    esac
    install >&2
    "$@"
}
