"""Plays a scenario in a process of its own, so that whatever it does ends with it."""

import json
import os
import signal
import subprocess
import time
import traceback

from . import isolation, process, report, stage


def play_here(name, module, programs, cote, full):
    """In the process that was made for it. Returns the outcome."""
    isolated = isolation.enter()
    begun = time.monotonic()
    actors = stage.Stage(programs, cote, full, isolated)
    skipped = None
    try:
        module.play(actors)
    except stage.Skip as lack:
        skipped = str(lack)
    except process.Missing as missing:
        actors.faults.append(str(missing))
    except Exception as error:  # whatever it is, the others are to be played
        places = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        actors.faults.append(f"{type(error).__name__}: {error}; at {', '.join(places[1:])}")
    finally:
        actors.close()
    if actors.nothing_happened() and not skipped and not actors.faults:
        actors.faults.append("it counted nothing")
    return report.outcome(actors, name, module.TITLE, time.monotonic() - begun, skipped)


def play(name, title, command, patience):
    """Runs the command, whose last line is an outcome, and if it does not end in time ends it, with all that it started."""
    begun = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        said, _ = child.communicate(timeout=patience)
        return json.loads(said.splitlines()[-1])
    except subprocess.TimeoutExpired:
        reason = f"it did not end within {patience} s"
    except (ValueError, IndexError):
        reason = f"it ended with {child.returncode} and no outcome"
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        child.stdout.close()
    return report.lost(name, title, reason, time.monotonic() - begun)
