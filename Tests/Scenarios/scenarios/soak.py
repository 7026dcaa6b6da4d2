"""Faults of all kinds, one after another by chance, for a long time: each request ends, and memory stays where it is."""

import collections
import random
import socket
import statistics
import sys
import time

from harness import proxy

TITLE = "soak with random faults"
PATIENCE = (150, 780)
GROWTH = 16  # MiB that memory may grow by after the first quarter


class Soak:
    def __init__(self, stage, seconds):
        self.stage = stage
        self.seconds = seconds
        self.random = random.Random(1)
        self.happened = collections.Counter()
        self.responders = [stage.serve(delay=1) for _ in range(3)]
        self.proxy, self.steady = stage.proxied(delay=1)
        self.load = stage.requester(rate=1000, seconds=seconds, await_=4, timeout=5000, most=1001 * seconds)
        self.samples = []
        self.timeline = []

    def kill(self):
        index = self.random.randrange(3)
        self.responders[index].kill()
        self.responders[index] = self.stage.serve(delay=1)

    def stop(self):
        responder = self.random.choice(self.responders)
        responder.stop()
        time.sleep(self.random.uniform(0.1, 1.5))
        responder.go_on()

    def reset(self):
        self.proxy.reset_all()

    def slow(self):
        kinds = [proxy.Delay(0.1), proxy.Throttle(50000), proxy.OneByte()]
        self.proxy.fault = self.random.choice(kinds)
        time.sleep(self.random.uniform(0.1, 1))
        self.proxy.fault = proxy.Fault()

    def half_close(self):
        self.proxy.fault = proxy.Cut(0, "half")
        time.sleep(0.2)
        self.proxy.fault = proxy.Fault()

    def strangers(self):
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", self.steady.ready["port"]), 30) as stranger:
                stranger.sendall(self.random.randbytes(self.random.randrange(100)))

    def hellos(self):
        flood = self.stage.start([sys.executable, "-m", "harness.hellos", self.stage.port, 2000, 1])
        flood.wait("said")

    def run(self):
        faults = [self.kill, self.stop, self.reset, self.slow, self.half_close, self.strangers, self.hellos]
        begun = self.load.wait("begun")["at"]
        while self.load.moment() < begun + (self.seconds - 8) * 1e6:
            fault = self.random.choice(faults)
            self.timeline.append((self.load.moment(), fault.__name__.replace("_", "-")))
            fault()
            self.happened[fault.__name__] += 1
            time.sleep(self.random.uniform(0, 0.5))
            self.samples.append((self.load.memory(), self.steady.memory()))

    def before(self, moment):
        """The fault that was the last one then."""
        return [name for begun, name in self.timeline if begun < moment][-1]

    def growth(self):
        """Of each of both processes: the last quarter against the second one, in MiB."""
        quarter = len(self.samples) // 4
        pairs = zip(zip(*self.samples[quarter : 2 * quarter]), zip(*self.samples[-quarter:]))
        return [statistics.median(late) - statistics.median(early) for early, late in pairs]


def play(stage):
    seconds = 600 if stage.full else 60
    soak = Soak(stage, seconds)
    stage.load = f"1,000 requests/s for {seconds} s, timeout 5 s, to 4 responders"
    soak.run()
    stage.fault = ", ".join(f"{count} × {name.replace('_', '-')}" for name, count in sorted(soak.happened.items()))
    stage.expect(f"only {dict(soak.happened)}", len(soak.happened) == 7 and sum(soak.happened.values()) > seconds / 4)
    result = stage.counted(soak.load, reasons=("connectionLost", "timeout"))
    stage.expect(f"{result['answered']} of {result['sent']} answered", result["answered"] > 0.9 * result["sent"])
    stage.expect(f"one ended after {result['slowest_end_us']} µs", result["slowest_end_us"] < 10000000)
    gap_began = result["gap_ended_at"] - result["longest_gap_us"]
    stage.figure(f"the longest gap began after {soak.before(gap_began)}, and ended after {soak.before(result['gap_ended_at'])}")
    requester, responder = soak.growth()
    stage.figure(f"memory grew by {requester:.1f} MiB in the requester, {responder:.1f} MiB in a responder")
    stage.expect("memory is not flat", requester < GROWTH and responder < GROWTH)
    stage.survived(soak.steady, *soak.responders)
