#!/usr/bin/env bash
# Measures: the cold start, lint of ten thousand checks, a thousand simple requests with and without reports, the
# rehearsal of the demo, and the same requests with Hurl where it is installed (HURL=path). Medians of RUNS runs.
# Every run must end with the exit code that is expected and report the count that was asked for; anything else ends
# the benchmark, because the time of a refused run says nothing. Needs GNU time and Python.
set -euo pipefail
cd "$(dirname "$0")/.."
RUNS=${RUNS:-5} COUNT=${COUNT:-1000} CHECKS=${CHECKS:-10000} HURL=${HURL:-hurl}
cargo build --release --locked --bin preflight
# The server and the generators need not be optimised: the server waits for its sockets.
cargo build --locked --examples
BIN=$PWD/target/release/preflight
WORK=$(mktemp -d)
target/debug/examples/bench_server > "$WORK/port" &
SERVER=$!
trap 'kill "$SERVER"; rm -r "$WORK"' EXIT
until [ -s "$WORK/port" ]; do :; done
target/debug/examples/bench_pack "$WORK" "$(cat "$WORK/port")" "$COUNT"

# measure NAME EXPECTED COMMAND...: the medians of wall time, CPU time and peak memory of a command. EXPECTED is what
# each run must print, as a regular expression; its exit code must be 0.
measure() {
  python3 bench/measure.py "$RUNS" "$WORK" "$@"
}

RUN=("$BIN" run --checks "$WORK/checks" --profile "$WORK/profile.yaml")
PASSED="$COUNT checks? planned: $COUNT pass"
measure "list" "debitura" "$BIN" list
target/debug/examples/bench_catalog "$WORK/many" "$CHECKS"
measure "lint of $CHECKS checks" "with $CHECKS checks: no errors" "$BIN" lint "$WORK/many/checks"
measure "$COUNT requests" "$PASSED" "${RUN[@]}"
measure "$COUNT requests, three reports" "$PASSED" "${RUN[@]}" --junit "$WORK/o.xml" --json "$WORK/o.json" --markdown "$WORK/o.md"
if command -v "$HURL" > /dev/null; then
  ANSWERED="Executed requests: +$COUNT "
  measure "hurl --version" "hurl" "$HURL" --version
  measure "hurl, $COUNT requests" "$ANSWERED" "$HURL" --test "$WORK"/hurl/*.hurl
  measure "hurl, $COUNT requests, two reports" "$ANSWERED" "$HURL" --test --report-junit "$WORK/h.xml" --report-json "$WORK/hj" "$WORK"/hurl/*.hurl
fi
"$BIN" demo --stage rehearsal --json "$WORK/demo.json" > /dev/null
# Each phase of the rehearsal takes at most its longest check and a second; a check's duration is mostly waiting.
python3 - "$WORK/demo.json" << 'PY'
import json, sys
report = json.load(open(sys.argv[1]))
checks = sorted(((c["duration_ms"], c["id"]) for c in report["checks"] if c["stage"] == "rehearsal"), reverse=True)
print(f"rehearsal of the demo: {report['duration_ms']} ms; its checks, longest first:")
for ms, name in checks:
    print(f"  {ms:6} ms  {name}")
PY
