#!/usr/bin/python3
"""Joins this network namespace and another one by two TUN devices, and delays each packet, where the kernel
has no netem. Keeps the order of the packets. Prints "ready", and runs until it is terminated."""

import argparse
import collections
import ctypes
import fcntl
import os
import random
import select
import struct
import subprocess
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x1001
MOST_BYTES = 65_536


def make_device(name, address, peer, namespace=None):
    """A TUN device's descriptor. `namespace`: the descriptor of a network namespace; None: this one."""
    libc = ctypes.CDLL(None)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    if namespace is not None:
        libc.setns(namespace, 0)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_WITHOUT_HEADER))
    for command in (["address", "add", address, "peer", peer, "dev", name],
                    ["link", "set", name, "up", "txqueuelen", "10000"]):
        subprocess.run(["ip", *command], check=True)
    libc.setns(here, 0)
    os.close(here)
    return device


def forward(devices, delay, jitter):
    """Hands packets of each device to the other one, later."""
    waiting = {device: collections.deque() for device in devices}
    other = dict(zip(devices, reversed(devices)))
    while True:
        due = [queue[0][0] for queue in waiting.values() if queue]
        pause = max(0, min(due) - time.monotonic()) if due else None
        for device in select.select(devices, [], [], pause)[0]:
            packet = os.read(device, MOST_BYTES)
            time_due = time.monotonic() + delay + random.uniform(-jitter, jitter)
            queue = waiting[other[device]]
            queue.append((max(time_due, queue[-1][0]) if queue else time_due, packet))
        for device, queue in waiting.items():
            while queue and queue[0][0] <= time.monotonic():
                os.write(device, queue.popleft()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("delay", type=float, help="milliseconds, one way")
    parser.add_argument("jitter", type=float, help="milliseconds, up or down")
    parser.add_argument("near", help="the address of the device in this namespace")
    parser.add_argument("namespace", help="the other network namespace, as ip netns names it")
    parser.add_argument("far", help="the address of the device in the other namespace")
    options = parser.parse_args()
    namespace = os.open(f"/run/netns/{options.namespace}", os.O_RDONLY)
    devices = [make_device("pldelay", options.near, options.far),
               make_device("pldelay", options.far, options.near, namespace)]
    print("ready", flush=True)
    forward(devices, options.delay / 1e3, options.jitter / 1e3)


if __name__ == "__main__":
    main()
