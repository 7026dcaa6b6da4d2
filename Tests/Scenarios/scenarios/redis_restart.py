"""The redis server through which they find each other is killed and comes back. Who is connected stays so, and a newcomer is
found soon after."""

import tempfile

from harness.report import duration
from harness.stage import free_port

TITLE = "redis killed and restarted"
PATIENCE = (120, 120)


def play(stage):
    stage.need("redis-server")
    away = 10 if stage.full else 3
    port = free_port()
    folder = tempfile.TemporaryDirectory()
    stage.close_later(folder.cleanup)
    command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder.name]
    stage.load = f"1,000 requests/s for {away + 6} s, to 1 responder, and to 2 in the end"
    stage.fault = f"SIGKILL of redis, which is back {away} s later"
    stage.environment |= {"COTE_DISCOVERY_REDIS_URL": f"redis://127.0.0.1:{port}"}
    redis = stage.start(command)
    responders = [stage.serve()]
    load = stage.requester(rate=1000, seconds=away + 6)
    load.at(1)
    redis.kill()
    responders.append(stage.serve())
    load.at(1 + away)
    stage.expect("somebody was found without redis", not load.find("connected", count=2))
    begun = load.moment()
    redis = stage.start(command)
    found = load.wait("connected", count=2, after=begun)["at"] - begun
    stage.counted(load)
    stage.figure(f"the newcomer is found after {duration(found)}")
    stage.survived(*responders)
