"""The wall clock is set forward an hour, and back: all timing is monotonic, so that nothing happens."""

import os
import subprocess
import tempfile

TITLE = "wall clock set forward and back an hour"
PATIENCE = (90, 90)


def library():
    """The one that the command faketime would load for threads."""
    found = subprocess.run(["faketime", "-m", "-f", "+0", "sh", "-c", "echo $LD_PRELOAD"], capture_output=True, text=True)
    return found.stdout.strip()


def play(stage):
    stage.need("faketime")
    stage.load = "1,000 requests/s for 12 s, timeout 5 s, to 2 responders"
    stage.fault = "the clock of all of them an hour ahead for 4 s, and an hour behind for 4 s"
    folder = tempfile.TemporaryDirectory()
    stage.close_later(folder.cleanup)
    setting = os.path.join(folder.name, "clock")

    def set_clock(offset):
        with open(setting + ".new", "w") as file:
            file.write(offset)
        os.replace(setting + ".new", setting)

    set_clock("+0s")
    stage.environment |= {"LD_PRELOAD": library(), "FAKETIME_TIMESTAMP_FILE": setting, "FAKETIME_NO_CACHE": "1",
                          "DONT_FAKE_MONOTONIC": "1", "COTE_HELLO_INTERVAL": "500", "COTE_CHECK_INTERVAL": "1000",
                          "COTE_NODE_TIMEOUT": "2000"}
    responders = [stage.serve() for _ in range(2)]
    load = stage.requester(rate=1000, seconds=12, timeout=5000, await_=2)
    load.at(2)
    walls = [load.find("begun")[0]["wall"]]
    for seconds, offset in ((2, "+3600s"), (6, "-3600s")):
        load.at(seconds)
        set_clock(offset)
        load.at(seconds + 0.5)
        newcomer = stage.serve()  # so that the requester tells an event, with its time
        walls.append(load.wait("connected", count=3, after=newcomer.ready["at"] - 1000000)["wall"])
        newcomer.end()
    load.at(10)
    stage.expect(f"the clock did not jump: {walls}", 3590 < walls[1] - walls[0] < 3660)
    stage.expect(f"the clock did not jump back: {walls}", 7140 < walls[1] - walls[2] < 7200)
    removed = {event["id"] for event in load.find("removed")} & {one.ready["id"] for one in responders}
    stage.expect(f"removed {removed}", not removed)
    stage.counted(load)
    stage.survived(*responders)
