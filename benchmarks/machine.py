"""How fast the machine is, so that times of one can be told from times of another."""

import time

from benchmarks.rows import Row

TIMES = 9


def pace() -> list[Row]:
    """CPU of a million additions in Python, at its best."""
    spent = []
    for _ in range(TIMES):
        begun = time.process_time()
        total = 0
        for number in range(1_000_000):
            total += number
        spent.append(time.process_time() - begun)
    return [Row("machine", "a million additions", round(min(spent) * 1000, 1), "ms of CPU", "time")]
