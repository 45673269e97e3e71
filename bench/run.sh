#!/usr/bin/env bash
# Measures: the cold start, a catalogue of ten thousand checks, a thousand simple requests with and without reports, the
# webhook campaign of the demo, and the same requests with Hurl where it is installed (HURL=path). Medians of RUNS runs.
# Needs GNU time and Python.
set -euo pipefail
cd "$(dirname "$0")/.."
RUNS=${RUNS:-5} COUNT=${COUNT:-1000} HURL=${HURL:-hurl}
cargo build --release --locked --bin preflight
# What is measured against need not be optimised: it waits for its sockets.
cargo build --locked --examples
BIN=$PWD/target/release/preflight
WORK=$(mktemp -d)
target/debug/examples/bench_server > "$WORK/port" &
SERVER=$!
trap 'kill "$SERVER"; rm -r "$WORK"' EXIT
until [ -s "$WORK/port" ]; do :; done
target/debug/examples/bench_pack "$WORK" "$(cat "$WORK/port")" "$COUNT"

# Wall and CPU time in milliseconds and peak memory in MiB of a command: the median of each.
measure() {
  local name=$1
  shift
  # The time of a command that fails says nothing of the work.
  "$@" > "$WORK/said" 2>&1 || { cat "$WORK/said" >&2; echo "$name does not succeed: $*" >&2; exit 1; }
  for ((i = 0; i < RUNS; i++)); do
    # Memory and CPU time as GNU time sees them, since a child begins with the peak of the process that starts it; the
    # wall time without it, since it is counted in hundredths of a second there.
    /usr/bin/time -o "$WORK/used" -f '%U %S %M' "$@" > /dev/null 2>&1
    python3 - "$WORK/used" "$@" << 'PY'
import subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.perf_counter() - start
user, system, kib = map(float, open(sys.argv[1]).read().splitlines()[-1].split())
print(wall * 1000, (user + system) * 1000, kib / 1024)
PY
  done | python3 -c 'import statistics, sys
rows = [list(map(float, line.split())) for line in sys.stdin]
wall, cpu, mib = (statistics.median(column) for column in zip(*rows))
print(f"{sys.argv[1]:34} {wall:8.1f} ms wall {cpu:8.1f} ms CPU {mib:6.1f} MiB")' "$name"
}

RUN=("$BIN" run --checks "$WORK/checks" --profile "$WORK/profile.yaml")
measure "list" "$BIN" list
target/debug/examples/bench_catalog "$WORK/many" "${CHECKS:-10000}"
measure "lint of ${CHECKS:-10000} checks" "$BIN" lint "$WORK/many/checks"
measure "$COUNT requests" "${RUN[@]}"
measure "$COUNT requests, three reports" "${RUN[@]}" --junit "$WORK/o.xml" --json "$WORK/o.json" --markdown "$WORK/o.md"
if command -v "$HURL" > /dev/null; then
  measure "hurl --version" "$HURL" --version
  measure "hurl, $COUNT requests" "$HURL" --test "$WORK"/hurl/*.hurl
  measure "hurl, $COUNT requests, two reports" "$HURL" --test --report-junit "$WORK/h.xml" --report-json "$WORK/hj" "$WORK"/hurl/*.hurl
fi
"$BIN" demo --stage rehearsal --json "$WORK/demo.json" > /dev/null
# Each phase of the campaign takes at most its longest unit and a second; a unit's duration is mostly waiting.
python3 - "$WORK/demo.json" << 'PY'
import json, sys
report = json.load(open(sys.argv[1]))
units = sorted(((c["duration_ms"], c["id"]) for c in report["checks"] if c["stage"] == "rehearsal"), reverse=True)
print(f"webhook campaign: {report['duration_ms']} ms; its units, longest first:")
for ms, name in units:
    print(f"  {ms:6} ms  {name}")
PY
