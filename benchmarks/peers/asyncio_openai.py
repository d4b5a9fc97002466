"""A typical client: AsyncOpenAI, workers, and a lock that sleeps for the rest of the interval. Sends
for SECONDS at RPM (0: unpaced) with PARALLEL workers, and prints its own figures for the latencies, in
milliseconds.

usage: asyncio_openai.py URL RPM PARALLEL SECONDS
"""

import asyncio
import json
import statistics
import sys
import time

from openai import AsyncOpenAI


class RateLimiter:
    def __init__(self, rpm):
        self.interval = 60 / rpm if rpm > 0 else 0
        self.last = 0
        self.lock = asyncio.Lock()

    async def wait(self):
        if self.interval == 0:
            return
        async with self.lock:
            rest = self.last + self.interval - time.monotonic()
            if rest > 0:
                await asyncio.sleep(rest)
            self.last = time.monotonic()


async def work(client, limiter, end, latencies):
    number = 0
    while time.monotonic() < end:
        await limiter.wait()
        asked = time.monotonic()
        await client.chat.completions.create(
            model="gpt-4o-mini", temperature=0,
            messages=[{"role": "user", "content": f"Translate: sentence #{number}"}])
        latencies.append(time.monotonic() - asked)
        number += 1


async def main(url, rpm, parallel, seconds):
    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    limiter = RateLimiter(rpm)
    latencies = []
    end = time.monotonic() + seconds
    await asyncio.gather(*(work(client, limiter, end, latencies) for _ in range(parallel)))
    cuts = statistics.quantiles(latencies, n=100)
    print(json.dumps({"p50": 1e3 * cuts[49], "p99": 1e3 * cuts[98]}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
