# Debian's packages for what a script needs. Sourced, not run: . .ci/packages.sh

packages=()

# need PACKAGES COMMAND…: these packages, if the command shows that they are missing.
need() {
    local names=$1
    shift
    if ! "$@" >/dev/null 2>&1; then
        read -ra names <<<"$names"
        packages+=("${names[@]}")
    fi
}

# Installs what was found missing; elsewhere than on Debian and derivatives it only says so.
install_missing() {
    local root=()
    if [ ${#packages[@]} -eq 0 ]; then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "Missing: ${packages[*]} (the names of the packages on Debian). Install them." >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq
    "${root[@]}" apt-get install -qq -y --no-install-recommends "${packages[@]}"
    packages=()
}
