"""The only responder is killed, and another one takes its port, again and again."""


from harness.report import duration
from harness.stage import free_port

TITLE = "restart on the same port within 100 ms"
PATIENCE = (60, 60)


def play(stage):
    times = 5
    port = free_port()
    ports = f"{port}-{port}"
    stage.load = "500 requests/s for 4 s, answered after 5 ms, to 1 responder"
    responder = stage.serve(ports=ports, delay=5)
    load = stage.requester(rate=500, seconds=4)
    slowest = 0
    for turn in range(times):
        load.at(0.5 + 0.6 * turn)
        killed = responder.kill()
        responder.process.wait()  # the port is free when it has gone
        responder = stage.serve(ports=ports, delay=5)
        slowest = max(slowest, responder.ready["at"] - killed)
        stage.expect("another port", responder.ready["port"] == port)
        load.wait("connected", count=1, after=responder.ready["at"] - 1000)
    stage.fault = f"SIGKILL, {times} times, and a new process listens there, {duration(slowest)} later at most"
    stage.expect(f"a restart took {duration(slowest)}", slowest < 1000000)
    result = stage.counted(load, reasons=("connectionLost",))
    stage.gap_below(result, 1500000)
    stage.expect(f"{result['answered']} answers", result["answered"] > 1500)
    responder.end()
    stage.expect("the last one was asked nothing", responder.wait("handled")["count"] > 100)
