#!/bin/sh
# All tests: first those that share the machine well, two at a time; then those that start, kill and time whole programs,
# one at a time, because what they promise holds for a machine that is not busy with something else.
# With arguments: just these, as pytest takes them.
set -u
cd "$(dirname "$0")/.."
pytest=".venv/bin/python -m pytest"
workers=${TEST_WORKERS:-2}

if [ $# -gt 0 ]; then
    exec $pytest -n "$workers" "$@"
fi
failed=0
$pytest -q -n "$workers" -m "not services" || failed=1
$pytest -q -m services || failed=1
exit $failed
