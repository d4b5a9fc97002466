"""Searches with the built `paceline` for the limit of an endpoint whose limit is known.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import unittest
from concurrent.futures import ThreadPoolExecutor

from program import Endpoint, rows, run


def search(url, *arguments):
    """The search's row, and those of its probes."""
    result = rows(f"--paceline_url={url}", *arguments)["benchmarks"]
    found = [row for row in result if "/find_max/" in row["name"]]
    probes = [row for row in result if "/probe/" in row["name"]]
    assert len(found) == 1 and len(found) + len(probes) == len(result), result
    return found[0], probes


# Flags of the endpoint, and the search. Each search takes ten seconds or more, and mostly waits.
SEARCHES = {
    # Ten responses at once of 100 ms each: 100 a second. That p99 is met far above it, for as long as
    # a probe lasts; what tells is that the server falls behind.
    "server": (["--concurrency=10", "--latency=100ms"],
               ["--paceline_find_max=p99<2s,errors<1%", "--paceline_rpm=2500",
                "--paceline_requests=100"]),
    # 20 ms and fifteen more tokens of 6 ms: 110 ms, eleven at once.
    "streams": (["--concurrency=11", "--latency=20ms", "--token_time=6ms"],
                ["--paceline_workload=chat/stream",
                 "--paceline_objective=ttft<300ms,tpot<100ms",
                 "--paceline_find_max=ttft_p99<300ms,misses<10%", "--paceline_rpm=3000",
                 "--paceline_requests=100"]),
    # Rate = parallel / latency.
    "cap": (["--latency=100ms"],
            ["--paceline_find_max=p99<2s", "--paceline_rpm=1600", "--paceline_parallel=5",
             "--paceline_requests=80"]),
}


def run_search(name):
    endpoint, arguments = SEARCHES[name]
    with Endpoint(*endpoint) as running:
        return search(running.url, *arguments)


def search_up_to_the_highest():
    # Responses take a second, which is long beside the lateness of a busy machine.
    return rows("--paceline_find_max=p50<50s,errors<50%", "--paceline_rpm=1200,3000",
                "--paceline_requests=60", "--paceline_endpoint_latency=1s")["benchmarks"]


def search_in_vain():
    return run("--paceline_find_max=p50<1ms", "--paceline_rpm=600", "--paceline_requests=5",
               "--paceline_endpoint_latency=20ms")


def setUpModule():
    with ThreadPoolExecutor(5) as pool:
        Ends.highest = pool.submit(search_up_to_the_highest)
        Ends.in_vain = pool.submit(search_in_vain)
        KnownLimits.results = dict(zip(SEARCHES, pool.map(run_search, SEARCHES)))


class KnownLimits(unittest.TestCase):

    def assert_found(self, found, probes, limit):
        """What the search says follows from what its probes measured, however busy the machine was.
        Where exactly a search ends is tested against simulated servers (probe_test.cc)."""
        # No server does half as much again as it can, for seconds, unseen.
        self.assertLess(found["max_rpm"], 1.5 * limit, found["label"])
        self.assertTrue(found["label"].startswith(f"max {found['max_rpm']:.0f} RPM; at "))
        # The time from one request to the next.
        self.assertAlmostEqual(found["real_time"], 60e6 / found["max_rpm"], delta=0.01)
        self.assertEqual(found["probes"], len(probes))
        rates = {float(row["name"].split("/rpm:")[1].split("/")[0]): row for row in probes}
        met = [rpm for rpm, row in rates.items() if row["label"].endswith("; met")]
        missed = [rpm for rpm, row in rates.items() if "; missed: " in row["label"]]
        self.assertEqual(max(met), found["max_rpm"])
        self.assertEqual(len(met) + len(missed), len(rates))
        self.assertGreater(min(missed), max(met))
        self.assertLessEqual(min(missed), 1.02 * max(met) + 1)
        for rpm in met:
            self.assertGreaterEqual(rates[rpm]["rpm"], 0.99 * rpm)
        for rpm in missed:
            self.assertRegex(rates[rpm]["label"], "; missed: (the server falls behind: latency grew"
                             "|(server|parallel|client)-bound: |p99 |ttft_p99 |misses )")

    def test_the_limit_is_the_servers(self):
        found, probes = self.results["server"]
        self.assert_found(found, probes, 6000)
        self.assertTrue(found["name"].startswith("chat/complete/find_max/parallel:500/"))
        self.assertTrue(probes[0]["name"].startswith(
            "chat/complete/probe/rpm:2500/parallel:500/iterations:100/"))
        self.assertGreaterEqual(probes[0]["real_time"], 100e3)
        # The counters are the best probe's.
        best = [row for row in probes if f"/rpm:{found['max_rpm']:.0f}/" in row["name"]]
        self.assertEqual(found["rpm"], best[-1]["rpm"])
        self.assertEqual(found["p99"], best[-1]["p99"])

    def test_the_limit_is_of_streams_and_their_first_tokens(self):
        found, probes = self.results["streams"]
        self.assert_found(found, probes, 6000)
        self.assertTrue(found["name"].startswith("chat/stream/find_max/"))
        self.assertGreater(found["goodput"], 0.85 * found["rps"])
        self.assertLessEqual(found["goodput"], found["rps"])

    def test_the_cap_is_a_limit_too(self):
        found, probes = self.results["cap"]
        self.assert_found(found, probes, 3000)
        # Just above the limit it may be that latency grows; further up the cap shows.
        for row in probes:
            if "/rpm:3200/" in row["name"]:
                self.assertIn("parallel-bound; missed: parallel-bound: ", row["label"])


class Ends(unittest.TestCase):
    def test_at_the_highest_rate_to_try(self):
        (found, *probes) = self.highest.result()
        rates = {row["name"].split("/")[3]: row["label"] for row in probes}
        if any("missed" in label for label in rates.values()):
            # The search has ended below, for the reason that it says.
            self.assertIn("; at ", found["label"])
            return
        self.assertEqual(found["max_rpm"], 3000)
        self.assertEqual(found["label"], "max 3000 RPM, the highest that was to be tried")
        self.assertEqual(set(rates), {"rpm:1200", "rpm:2400", "rpm:3000"})

    def test_where_no_rate_meets_it(self):
        done = self.in_vain.result()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"no rate down to 60 RPM meets the objective; at 60 RPM: .+; "
                                      r"relax the objective, or start at a lower --paceline_rpm")

    def test_what_does_not_go_together(self):
        for arguments, sentence in {
                ("--paceline_parallel=1,2",): "give one --paceline_parallel",
                ("--paceline_rpm=0",): "at least 1",
                ("--paceline_rpm=100,50",): "ends at the second",
                ("--paceline_rpm=1,2,3",): "ends at the second",
                ("--paceline_find_max=misses<1%",): "give it too",
                ("--paceline_find_max=p99",): "write NAME<LIMIT",
                ("--paceline_objective=p99<2s",): "choose from latency, due_latency, ttft and tpot",
        }.items():
            done = run("--paceline_find_max=p99<2s", *arguments)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(sentence, done.stderr)


class Goodput(unittest.TestCase):
    def test_is_in_a_run_with_an_objective(self):
        quick = ["--paceline_rpm=6000", "--paceline_parallel=20", "--paceline_requests=100",
                 "--paceline_endpoint_latency=20ms"]
        (row,) = rows(*quick)["benchmarks"]
        self.assertNotIn("goodput", row)
        (row,) = rows(*quick, "--paceline_objective=latency<30s")["benchmarks"]
        self.assertAlmostEqual(row["goodput"], row["rps"], places=6)
        (row,) = rows(*quick, "--paceline_objective=latency<30s,due_latency<1ms")["benchmarks"]
        self.assertEqual(row["goodput"], 0)


if __name__ == "__main__":
    unittest.main()
