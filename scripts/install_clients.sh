#!/bin/sh
# Install real clients of AWS, which the tests of `workbook serve` let loose on it: the AWS CLI and the JavaScript
# SDK. They are no dependencies of the project, so they have a folder of their own, and are installed once.
#
#   sh scripts/install_clients.sh aws|javascript FOLDER PYTHON
#
# What is installed is pinned, with hashes, in tests/served/clients. FOLDER/aws.ready and FOLDER/javascript.ready
# say that all is there.
set -eu

client=$1 folder=$2 python=$3
pinned=$(dirname "$0")/../tests/served/clients

install_aws() {
    rm -rf "$folder/aws"
    if command -v uv >/dev/null; then
        uv pip install --quiet --python "$python" --target "$folder/aws" --require-hashes -r "$pinned/awscli.lock"
    else
        "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
        "$python" -m pip install --quiet --disable-pip-version-check --target "$folder/aws" --require-hashes \
            -r "$pinned/awscli.lock"
    fi
}

install_javascript() {
    command -v npm >/dev/null || { echo "npm is not on the PATH (Debian, Ubuntu: sudo apt install npm)" >&2; exit 1; }
    rm -rf "$folder/javascript"
    mkdir -p "$folder/javascript"
    cp "$pinned/package.json" "$pinned/package-lock.json" "$folder/javascript"
    npm ci --prefix "$folder/javascript" --no-audit --no-fund --ignore-scripts --loglevel=error >&2
}

state=$(cat "$pinned"/awscli.lock "$pinned"/package-lock.json | cksum)
[ "$(cat "$folder/$client.ready" 2>/dev/null)" != "$state" ] || exit 0
mkdir -p "$folder"
rm -f "$folder/$client.ready"
"install_$client"
printf '%s\n' "$state" >"$folder/$client.ready"
