# What a person has at hand and the test has not: cargo has built already, and the browser is a script
# that reads the page and sends its form.
trap 'kill $(jobs -p) 2>/dev/null' EXIT
cargo() { shift 2; target/debug/bursar "$@"; }
browse() { python3 "$BROWSER_SCRIPT" "$@"; }
wait_for() {
  for _ in $(seq 600); do
    grep -q "$1" log 2>/dev/null && return
    sleep 0.1
  done
  echo "nobody says: $1"
  exit 1
}
serve_with() { # runs what the README runs in a terminal of its own
  eval "exec_${1/cargo run -- /bursar }" >>log 2>&1 &
  BURSAR=$!
  wait_for 'bursar serves gRPC'
}
exec_bursar() { exec target/debug/bursar "$@"; }
