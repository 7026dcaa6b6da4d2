"""A scenario runs in namespaces of its own for network and processes: it meets nobody, and when its first process ends
the kernel ends all the others. Where that cannot be, it runs as it is, and what needs networks is skipped."""

import os
import subprocess

_OWN = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def prefix():
    """What stands before a command to isolate it; empty if that cannot be done here."""
    for how in (_OWN, ["--user", "--map-root-user", *_OWN]):
        probe = subprocess.run(["unshare", *how, "ip", "link", "set", "lo", "up"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            return ["unshare", *how]
    return []


def enter():
    """To be called first in the process that was isolated."""
    if os.getpid() == 1:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return True
    return False
