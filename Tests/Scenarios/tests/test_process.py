"""What the harness does to a process really happens to it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from harness import process, runner

TALK = """
import json, sys, time
print(json.dumps({"event": "ready", "at": time.monotonic_ns() // 1000, "port": 1}), flush=True)
print("no event", flush=True)
print("why", file=sys.stderr, flush=True)
sys.stdin.read()
print(json.dumps({"event": "ended", "at": time.monotonic_ns() // 1000}), flush=True)
sys.exit(3)
"""


def state(pid):
    """As ps tells it: T is stopped."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return None


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


class ProcessTests(unittest.TestCase):
    def start(self):
        begun = process.Process([sys.executable, "-c", TALK], dict(os.environ), "talk")
        self.addCleanup(begun.process.wait)
        self.addCleanup(begun.process.kill)
        self.addCleanup(begun.errors.close)
        self.addCleanup(begun.process.stdout.close)
        self.addCleanup(begun.tell_to_end)
        return begun

    def test_tells_its_events_and_ends(self):
        talk = self.start()
        self.assertEqual(talk.wait("ready", port=1)["port"], 1)
        self.assertEqual(talk.wait("text")["text"], "no event")
        told = talk.moment()
        self.assertEqual(talk.end(), 3)
        self.assertGreater(talk.wait("ended", after=told)["at"], told)
        self.assertFalse(talk.find("ready", after=told))
        self.assertFalse(talk.running)

    def test_an_event_that_does_not_come_is_missing(self):
        talk = self.start()
        with self.assertRaises(process.Missing):
            talk.wait("nothing", patience=0.1)
        talk.tell_to_end()
        with self.assertRaisesRegex(process.Missing, "why"):  # at once, since it has ended
            talk.wait("nothing")

    def test_is_stopped_goes_on_and_is_killed(self):
        talk = self.start()
        talk.wait("ready")
        self.assertGreater(talk.memory(), 1)
        talk.stop()
        self.assertTrue(wait_for(lambda: state(talk.process.pid) == "T"))
        talk.go_on()
        self.assertTrue(wait_for(lambda: state(talk.process.pid) != "T"))
        talk.kill()
        self.assertEqual(talk.process.wait(30), -signal.SIGKILL)


class RunnerTests(unittest.TestCase):
    def play(self, program, patience=60):
        return runner.play("name", "title", [sys.executable, "-c", program], patience)

    def test_what_does_not_end_is_ended_with_all_that_it_started(self):
        with tempfile.NamedTemporaryFile("r") as note:
            program = f"""
import subprocess, time
child = subprocess.Popen(["sleep", "600"])
open({note.name!r}, "w").write(str(child.pid))
time.sleep(600)
"""
            outcome = self.play(program, patience=3)
            child = int(note.read())
        self.assertEqual(outcome["faults"], ["it did not end within 3 s"])
        self.assertTrue(wait_for(lambda: state(child) in (None, "Z")))

    def test_what_says_no_outcome_has_failed(self):
        self.assertEqual(self.play("raise SystemExit(5)")["faults"], ["it ended with 5 and no outcome"])
        self.assertEqual(self.play("print('text')")["faults"], ["it ended with 0 and no outcome"])

    def test_the_last_line_is_the_outcome(self):
        self.assertEqual(self.play("print('text'); print('{\"name\": 1}')"), {"name": 1})


class IsolationTests(unittest.TestCase):
    def test_a_process_in_it_is_the_first_and_ends_with_it(self):
        from harness import isolation

        prefix = isolation.prefix()
        if not prefix:
            self.skipTest("no namespaces can be made")
        said = subprocess.run([*prefix, "sh", "-c", "echo $$; ip -o link"], capture_output=True, text=True).stdout
        self.assertEqual(said.splitlines()[0], "1")
        self.assertRegex(said, r"\d+: lo:")
        self.assertNotIn("eth0", said)


if __name__ == "__main__":
    unittest.main()
