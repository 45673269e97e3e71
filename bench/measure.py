"""measure.py RUNS FOLDER NAME EXPECTED COMMAND...: the medians of wall time, CPU time and peak memory of a command.

Every run must end with exit code 0 and print what matches EXPECTED, on either stream.
"""

import os
import re
import statistics
import subprocess
import sys
import time

runs, folder, name, expected, *command = sys.argv[1:]
said, used = os.path.join(folder, "said"), os.path.join(folder, "used")


def once(prefix):
    """Runs the command once and returns its wall time in seconds."""
    with open(said, "wb") as file:
        start = time.perf_counter()
        code = subprocess.run([*prefix, *command], stdout=file, stderr=file, check=False).returncode
        wall = time.perf_counter() - start
    with open(said, errors="replace") as file:
        text = file.read()
    if code != 0 or not re.search(expected, text):
        sys.exit(f"{name}: exit code {code}, and the output must match `{expected}`:\n{text[-2000:]}")
    return wall


rows = []
for _ in range(int(runs)):
    # CPU time and memory as GNU time counts them, since a child begins with the peak of the process that starts it; the
    # wall time without it, since GNU time counts it in hundredths of a second.
    once(["/usr/bin/time", "-o", used, "-f", "%U %S %M"])
    with open(used) as file:
        user, system, kib = map(float, file.read().splitlines()[-1].split())
    rows.append((once([]) * 1000, (user + system) * 1000, kib / 1024))
wall, cpu, mib = (statistics.median(column) for column in zip(*rows))
print(f"{name:34} {wall:8.1f} ms wall {cpu:8.1f} ms CPU {mib:6.1f} MiB", flush=True)
