"""What the tools themselves report: p50 and p99 of the latency in milliseconds, from their output."""

import json
import re


def plain_json(output):
    said = json.loads(output)
    return said["p50"], said["p99"]


def row_of_paceline(output):
    (row,) = json.loads(output)["benchmarks"]
    return row


def paceline(output):
    row = row_of_paceline(output)
    return 1e3 * row["p50"], 1e3 * row["p99"]


def hey(output):
    found = [re.search(rf"{percent}% in ([\d.]+) secs", output) for percent in (50, 99)]
    return tuple(1e3 * float(match[1]) for match in found) if all(found) else None


def vegeta(output):
    latencies = json.loads(output)["latencies"]
    return latencies["50th"] / 1e6, latencies["99th"] / 1e6


def oha(output):
    latencies = json.loads(output)["latencyPercentiles"]
    return 1e3 * latencies["p50"], 1e3 * latencies["p99"]


def autocannon(output):
    latency = json.loads(output)["latency"]
    return latency["p50"], latency["p99"]
