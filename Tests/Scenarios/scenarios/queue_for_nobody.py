"""Requests for which there is nobody wait in a queue with a bound; who is above it is told so, and when somebody comes all are
answered."""

TITLE = "1,000,000 requests queued for nobody"
PATIENCE = (120, 120)
LIMIT = 1000  # MiB of memory that the requester may have


def play(stage):
    bound, above = 1000000, 100
    stage.load = f"{bound + above:,} requests at once"
    stage.fault = "nobody answers them until all are sent"
    load = stage.requester(in_flight=bound + above, count=bound + above, await_=0, patience=90)
    load.wait("sent")
    memory = load.memory()
    stage.figure(f"{memory:.0f} MiB while they wait")
    stage.expect(f"it took {memory:.0f} MiB", memory < LIMIT)
    stage.serve()
    result = stage.counted(load, reasons=("queueFull",))
    stage.expect(f"{result['answered']} answers", result["answered"] == bound)
    stage.expect(f"refused {result['failed']}", result["failed"] == {"queueFull": above})
