#!/usr/bin/env bash
# Runs every test: the Helm chart, the pages in a browser, and cargo's. What they need besides a Rust
# toolchain is brought first. Arguments go to `cargo test`; `cargo test` alone is fine while working.
set -euo pipefail
cd "$(dirname "$0")"
.ci/tools.sh
export PATH="$PWD/target/tools/python/bin:$PATH"

python tests/chart/check.py
cargo build --locked
npm --silent --prefix tests/browser test
cargo test --locked --doc
# Which programs of tests; `.ci/run` has the simulator of its own.
read -ra programs <<<"${BURSAR_TEST_PROGRAMS:---lib --bins --tests}"
cargo test --locked "${programs[@]}" "$@"
