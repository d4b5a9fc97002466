"""What the built `paceline` says bounded a run, against endpoints of which that is known.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import signal
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from program import Endpoint, run


def verdict(url, *flags):
    """The line after the table."""
    done = run(f"--paceline_url={url}", *flags)
    assert done.returncode == 0, done.stderr
    return done.stderr.strip().splitlines()[-1]


def saturated(parallel):
    # 4 at once of 200 ms each do 1,200 RPM.
    with Endpoint("--latency=200ms", "--concurrency=4") as endpoint:
        return verdict(endpoint.url, "--paceline_rpm=3000", f"--paceline_parallel={parallel}",
                       "--paceline_requests=200")


def capped(*latency):
    with Endpoint(*latency) as endpoint:
        return verdict(endpoint.url, "--paceline_rpm=6000", "--paceline_parallel=4",
                       "--paceline_requests=150")


def stalled():
    with Endpoint("--latency=20ms") as endpoint:
        def stall():
            time.sleep(2)
            endpoint.process.send_signal(signal.SIGSTOP)
            time.sleep(3)
            endpoint.process.send_signal(signal.SIGCONT)

        stalling = threading.Thread(target=stall)
        stalling.start()
        line = verdict(endpoint.url, "--paceline_rpm=6000", "--paceline_parallel=50",
                       "--paceline_requests=500")
        stalling.join()
        return line


class Server(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Side by side, since each mostly waits.
        with ThreadPoolExecutor(6) as pool:
            cls.saturated = {parallel: pool.submit(saturated, parallel) for parallel in (8, 60, 1000)}
            cls.capped = [pool.submit(capped, "--latency=100ms"),
                          pool.submit(capped, "--latency=60ms", "--latency_p99=400ms")]
            cls.stalled = pool.submit(stalled)

    def test_a_saturated_one_gets_no_advice_to_send_it_more(self):
        for parallel in (8, 60):
            line = self.saturated[parallel].result()
            self.assertIn(": server-bound: the server does about 1", line)
            self.assertNotIn("--paceline_parallel", line)

    def test_nor_is_a_queue_that_fills_a_rate_that_is_kept(self):
        # The server is saturated even if a busy machine does not keep the rate.
        self.assertIn(": server-bound: the ", self.saturated[1000].result())

    def test_a_cap_that_is_too_small_is_the_caps(self):
        for run_of in self.capped:
            line = run_of.result()
            self.assertIn(": parallel-bound: 4 in flight allowed ", line)
            self.assertIn("would be enough", line)

    def test_one_that_stands_still_is_not_this_programs_fault(self):
        self.assertIn(": server-bound: the server stalled: no response came for ",
                      self.stalled.result())


class Lines(unittest.TestCase):
    def test_repetitions_share_one(self):
        done = run("--paceline_rpm=60000", "--paceline_parallel=1", "--paceline_requests=20",
                   "--benchmark_repetitions=9", "--paceline_endpoint_latency=5ms")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stderr.splitlines() if "rpm:60000 parallel:1: " in line]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn("9 repetitions)", lines[0])


class NeverMeasured(unittest.TestCase):
    def test_is_refused_before_anything_is_sent(self):
        # Nobody listens there.
        url = "--paceline_url=http://127.0.0.1:1/v1"
        for flag, time_asked in (("--paceline_find_max=ttft_p99<1s", "ttft_p99"),
                                 ("--paceline_objective=latency<1s,tpot<1s", "tpot")):
            done = run(url, flag)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"chat/complete never measures {time_asked}", done.stderr)
            self.assertIn("--paceline_workload=chat/stream", done.stderr)


if __name__ == "__main__":
    unittest.main()
