"""A process that tells its events as lines of JSON, and what can be done to it."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time

PATIENCE = 60  # seconds, of waiting for an event: a loaded machine is no fault


class Missing(Exception):
    """An event that did not come, or a process that ended."""


class Process:
    """Started at once. Its standard input is open, and its end tells the programs of ours to end."""

    def __init__(self, arguments, environment, name=None):
        self.name = name or os.path.basename(arguments[0])
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        self.events = []
        self.changed = threading.Condition()
        self.silent = False  # its standard output has ended
        self.process = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "text", "text": line.decode(errors="replace").rstrip()}
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.silent = True
            self.changed.notify_all()

    def find(self, name, after=0, **members):
        """The events of that name and these members, later than the moment `after`, in µs."""
        with self.changed:
            return [event for event in self.events if event["event"] == name and event.get("at", 0) >= after
                    and all(event.get(key) == value for key, value in members.items())]

    def wait(self, name, patience=PATIENCE, after=0, **members):
        """The first of these events, when it is there."""
        deadline = time.monotonic() + patience
        with self.changed:
            while not (found := self.find(name, after, **members)):
                left = deadline - time.monotonic()
                if left <= 0 or self.silent:
                    raise Missing(f"{self.name}: no event {name} {members or ''}; {self.trouble()}")
                self.changed.wait(left)
        return found[0]

    def at(self, seconds, event="begun"):
        """Returns so long after that event: where a fault has its place in a load."""
        moment = self.wait(event)["at"] + seconds * 1e6
        time.sleep(max(0, moment - now_us()) / 1e6)

    @staticmethod
    def moment():
        """Now, on the clock of the events, in µs."""
        return now_us()

    def trouble(self):
        """What it said in vain, for whoever looks for the reason of a failure."""
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines()[-5:]
        status = self.process.poll()
        return f"{'running' if status is None else f'ended with {status}'}, said {said}"

    def tell_to_end(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()

    def end(self, patience=PATIENCE):
        """Tells it to end, and returns its status."""
        self.tell_to_end()
        status = self.process.wait(patience)
        self.reader.join(patience)
        return status

    def signal(self, number):
        """Returns the moment before it was sent, in µs."""
        now = now_us()
        self.process.send_signal(number)
        return now

    def kill(self):
        return self.signal(signal.SIGKILL)

    def stop(self):
        return self.signal(signal.SIGSTOP)

    def go_on(self):
        return self.signal(signal.SIGCONT)

    def terminate(self):
        return self.signal(signal.SIGTERM)

    @property
    def running(self):
        return self.process.poll() is None

    def memory(self, what="VmRSS"):
        """In MiB: `VmRSS` is what it has now, `VmHWM` the most that it ever had."""
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith(what + ":"):
                    return int(line.split()[1]) / 1024
        raise Missing(f"{self.name} has no memory any more")

    def processor(self):
        """Seconds of processor that it has used."""
        with open(f"/proc/{self.process.pid}/stat") as status:
            fields = status.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def now_us():
    """The clock of the programs' `at`."""
    return time.monotonic_ns() // 1000
