#!/bin/sh
# Runs every check even when one fails, and says at the end which failed.
set -u
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=config.settings
failed=""

check() {
    name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed $name,"
}

python=.venv/bin/python
check ruff $python -m ruff check .
check format $python -m ruff format --check .
check templates $python -m djlint --lint --quiet templates
check types $python -m mypy
check rooms $python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
# Without a database the history in it cannot be compared, which is not what is asked here.
unconnected='ignore:Got an error checking a consistent migration history'
check migrations env PYTHONWARNINGS="$unconnected" $python manage.py makemigrations --check --dry-run
check django $python manage.py check --fail-level WARNING
check translations $python -m config.messages check

if [ -n "$failed" ]; then
    printf '\nFailed:%s\n' "${failed%,}" >&2
    exit 1
fi
printf '\nAll checks passed.\n'
