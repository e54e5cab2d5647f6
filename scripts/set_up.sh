#!/bin/sh
# Make the virtual environment and install what requirements.lock pins into it. The Makefile calls this when the
# environment is missing or older than the lock. PYTHON names the interpreter; otherwise the newest suitable one on
# the PATH is taken. uv does the work where it is on the PATH, venv and pip where it is not; the result is the same.
set -eu

venv=$1

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The same bounds as requires-python in pyproject.toml; tests/test_environment.py compares the two.
suits() {
    "$1" -c 'import sys; v = sys.version_info[:3]; sys.exit(not ((3, 11) <= v < (3, 15) and v != (3, 14, 1)))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || stop "PYTHON=$PYTHON does not work or is not Python 3.11 to 3.14 (3.14.1 excepted)." \
            "Name another one: make PYTHON=/path/to/python3.12 ..."
        printf '%s\n' "$PYTHON"
        return
    fi
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if suits "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    stop "No Python from 3.11 to 3.14 is on the PATH." \
        "Install one (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python@3.13;" \
        "with uv: uv python install 3.13), or name one: make PYTHON=/path/to/python3.12 ..."
}

version_of() {
    "$1" -c 'import sys; print(sys.version)' 2>/dev/null || true
}

# An environment stays unless it is broken, too old, or not of the interpreter that PYTHON asks for.
fits() {
    [ -f "$venv/pyvenv.cfg" ] && suits "$venv/bin/python" || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of "$venv/bin/python")" ]
}

make_environment() {
    interpreter=$(find_python)
    rm -rf "$venv"
    if command -v uv >/dev/null; then
        uv venv --quiet --python "$interpreter" "$venv"
    elif "$interpreter" -c 'import ensurepip, venv' 2>/dev/null; then
        "$interpreter" -m venv "$venv"
    else
        stop "$interpreter has no venv module, and uv is not on the PATH." \
            "Debian, Ubuntu: sudo apt install python3-venv. Or install uv."
    fi
}

# First everything in the lock, each file checked by its hash; then the project itself, for which the build backend
# is in place by then, so that this second step needs no network and downloads nothing unchecked.
install_packages() {
    printf 'Installing the pinned packages into %s ...\n' "$venv"
    if command -v uv >/dev/null; then
        uv pip install --quiet --python "$venv/bin/python" --require-hashes --requirements requirements.lock
        uv pip install --quiet --python "$venv/bin/python" --offline --no-deps --no-build-isolation --editable .
    else
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
            --no-build-isolation --editable .
    fi
}

# `make lab` in one window and `make test` in another would write into the same environment.
lock_others_out() {
    [ ! -d "$venv.lock" ] || stop "Another make is setting up $venv. Wait until it is done, then try again." \
        "If there is none any more, remove what it left: rmdir \"$venv.lock\""
    mkdir "$venv.lock"
    trap 'rmdir "$venv.lock"' EXIT
    trap 'exit 130' INT TERM
}

lock_others_out
fits || make_environment
install_packages
