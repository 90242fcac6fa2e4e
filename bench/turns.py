"""Times complaints by USSD against a running service on this machine.

    PORT=8000 make run                                   # in one terminal
    .venv/bin/python bench/turns.py --calls 300          # in another

Each caller dials and goes to the reference number, one request after the other, as a
provider's posts come; so many callers at once as `--callers` says. Prints requests a second and
the times of answers by step. It registers that many complaints: use a data folder of its own.
"""

import argparse
import http.client
import re
import secrets
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from urllib.parse import urlencode

HOST = "127.0.0.1"
STEPS = {
    "dial": "",
    "service": "1",
    "kind": "4",
    "PIN": "800001",
    "station": "1",
    "story": "कल रात मेरी साइकिल चोरी हो गई",
    "confirm": "1",
}


def call(port: int, number: int) -> dict[str, float]:
    """Make one call and give the milliseconds of each answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    form = {"sessionId": secrets.token_hex(16), "phoneNumber": f"+9198{number:08}"}
    times = {}
    keyed: list[str] = []
    for step, typed in STEPS.items():
        keyed += [typed] if typed else []
        body = urlencode(form | {"text": "*".join(keyed)})
        started = time.perf_counter()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/ussd/africastalking", body, headers)
        screen = connection.getresponse().read().decode()
        times[step] = 1000 * (time.perf_counter() - started)
        expected = r"END .*\d{3} \d{3} \d{4}" if step == "confirm" else "CON "
        if not re.match(expected, screen):
            raise SystemExit(f"{step}: {screen}")
    connection.close()
    return times


def main() -> None:
    """Make the calls and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--calls", type=int, default=300)
    options.add_argument("--callers", type=int, default=8)
    chosen = options.parse_args()
    first = secrets.randbelow(10**7)
    started = time.perf_counter()
    with ThreadPoolExecutor(chosen.callers) as pool:
        numbers = range(first, first + chosen.calls)
        calls = list(pool.map(lambda number: call(chosen.port, number), numbers))
    seconds = time.perf_counter() - started
    print(f"{chosen.calls} calls, {chosen.callers} at once, {seconds:.1f} s:")
    rate = chosen.calls / seconds
    print(f"{len(STEPS) * rate:.0f} requests/s, {rate:.0f} cases/s")
    by_step = defaultdict(list)
    for times in calls:
        for step, milliseconds in times.items():
            by_step[step].append(milliseconds)
    for step, values in by_step.items():
        cuts = quantiles(values, n=100)
        print(f"{step:<8} p50 {cuts[49]:6.1f} ms   p95 {cuts[94]:6.1f} ms   p99 {cuts[98]:6.1f} ms")


if __name__ == "__main__":
    main()
