#!/usr/bin/env bash
# Brings what the tests and checks need besides a Rust toolchain: Chromium, PostgreSQL, Python and
# Node through apt-get; pinned Python tools into target/tools; playwright-core into tests/browser.
# What is there already is left alone, so a second run takes a moment. What it may not install
# itself it names in one line, with the command that would.
set -euo pipefail
cd "$(dirname "$0")/.."

has() { command -v "$1" >/dev/null 2>&1; }
has_any() { for name in "$@"; do if has "$name"; then return; fi; done; return 1; }
has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_python() { has python3 && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_node() { has npm && has node && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]; }

packages=()
has cc || packages+=(gcc libc6-dev)
has git || packages+=(git)
has_any chromium chromium-browser google-chrome || packages+=(chromium)
has_postgres || packages+=(postgresql)
has_python || packages+=(python3 python3-venv)
has_node || { packages+=(nodejs); has npm || packages+=(npm); }

if [ "${#packages[@]}" -gt 0 ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  if ! has apt-get || ! "${as_root[@]}" true 2>/dev/null; then
    echo "missing: ${packages[*]}; get them with: sudo apt-get update && sudo apt-get install -y ${packages[*]} (or your system's packages of the same names)" >&2
    exit 1
  fi
  echo "installing: ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

# One stamp a tool set: present only when everything below finished, for exactly these pins.
stamp="target/tools/$(cat .ci/requirements.txt tests/browser/package-lock.json | sha256sum | cut -c1-16)"
if [ -e "$stamp" ] && [ -x target/tools/python/bin/python ] && [ -d tests/browser/node_modules ]; then
  exit 0
fi
mkdir -p target/tools
rm -rf target/tools/*
python3 -m venv target/tools/python
target/tools/python/bin/pip install -q --disable-pip-version-check --no-deps -r .ci/requirements.txt
# The browser itself is the system's; playwright-core only drives it and downloads none.
npm ci --silent --no-audit --no-fund --prefix tests/browser
touch "$stamp"
