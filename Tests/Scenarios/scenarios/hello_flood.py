"""Hellos of ever new peers, as fast as one process can say them. Who is there is served, and memory has a bound."""

import sys

TITLE = "10,000 hellos/s of new peers"
PATIENCE = (90, 120)
LIMIT = 128  # MiB more memory that each may take


def play(stage):
    seconds = 10 if stage.full else 4
    stage.load = f"1,000 requests/s for {seconds + 4} s"
    # A witness tells of each peer; the others are left to their work.
    witness = stage.requester(count=1, in_flight=1, await_=1000000)
    responder = stage.serve(peers=0)
    load = stage.requester(rate=1000, seconds=seconds + 4, peers=0)
    load.at(1)
    before = [process.memory() for process in (responder, load)]
    sender = stage.start([sys.executable, "-m", "harness.hellos", stage.port, 10000, seconds])
    said = sender.wait("said")["count"]
    more = max(process.memory("VmHWM") - was for process, was in zip((responder, load), before))
    stage.fault = f"{said:,} hellos in {seconds} s, each of another peer, half of them responders"
    stage.expect("none of them was heard", len(witness.find("added")) > 100)
    stage.expect(f"{said} hellos", said >= 5000 * seconds)
    result = stage.counted(load)
    stage.figure(f"{more:.0f} MiB more memory at most")
    stage.expect(f"{more:.0f} MiB more memory", more < LIMIT)
    stage.gap_below(result, 2000000)
    late = stage.requester(count=100, in_flight=1, timeout=20000)
    stage.expect("a newcomer is not served", stage.counted(late)["answered"] == 100)
    stage.survived(responder, witness)
