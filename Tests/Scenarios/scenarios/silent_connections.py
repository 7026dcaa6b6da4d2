"""Connections that say nothing, more than the process may have open: who has something to say is served all the same."""

import sys

TITLE = "2,000 connections that say nothing"
PATIENCE = (90, 90)
OPEN = 1024  # files that the responder may have open


def play(stage):
    stage.need_networks()
    here, there, elsewhere = stage.hosts(3)
    stage.load = "1,000 requests/s for 4 s, and 100 of a newcomer"
    responder = stage.serve(host=here, wrapper=["prlimit", f"--nofile={OPEN}"])
    load = stage.requester(host=there, rate=1000, seconds=4)
    load.at(0.5)
    before = responder.memory()
    silence = stage.start([sys.executable, "-m", "harness.silence", here.address, responder.ready["port"], 2000], elsewhere)
    opened = silence.wait("opened")["count"]
    late = stage.requester(host=there, count=100, in_flight=1)
    result = stage.counted(late)
    stage.expect("a newcomer is not served", result["answered"] == 100)
    stage.counted(load)
    more = responder.memory() - before
    stage.fault = f"{opened:,} connections of a host that announces nobody; the responder may have {OPEN:,} files open"
    stage.figure(f"{more:.1f} MiB more memory")
    stage.expect(f"{more:.1f} MiB more memory", more < 64)
    stage.survived(responder, silence)
