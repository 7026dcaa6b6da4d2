"""Hosts that are network namespaces, the cables between them, and what harms these."""

import re
import subprocess


def _run(*arguments):
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def can_filter():
    """Whether iptables works here, with the rules that are needed."""
    rule = ["INPUT", "-p", "udp", "--dport", "1", "-m", "statistic", "--mode", "random", "--probability", "0.5", "-j", "DROP"]
    try:
        _run("iptables", "-w", "-A", *rule)
        _run("iptables", "-w", "-D", *rule)
    except OSError:
        return False
    return True


class Host:
    """A network of its own. It lives while its holder does, and that ends when we end, however we do."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"\n":
            raise OSError("no network namespace can be made")
        self.enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *arguments):
        return _run(*self.enter, *arguments)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()

    def pull(self):
        """The cable is out, for a host that has one."""
        self.run("ip", "link", "set", "eth0", "down")

    def plug(self):
        self.run("ip", "link", "set", "eth0", "up")
        self.run("ip", "route", "replace", "255.255.255.255/32", "dev", "eth0")

    def lose(self, share, *rule):
        """That share of what comes in and fits `rule` of iptables is dropped from now on; 1 is all."""
        chance = [] if share == 1 else ["-m", "statistic", "--mode", "random", "--probability", str(share)]
        self.run("iptables", "-w", "-A", "INPUT", *rule, *chance, "-j", "DROP")

    def heal(self):
        """Nothing is dropped any more. Returns how much was."""
        dropped = self.dropped()
        self.run("iptables", "-w", "-F", "INPUT")
        return dropped

    def dropped(self):
        """Packets."""
        listing = self.run("iptables", "-w", "-L", "INPUT", "-v", "-x", "-n")
        return sum(int(count) for count in re.findall(r"^\s*(\d+)\s+\d+\s+DROP", listing, re.M))


def switch(hosts):
    """Joins them all to one switch, which this network holds: 10.80.0.1 and so on, each by its eth0."""
    _run("ip", "link", "add", "switch", "type", "bridge")
    _run("ip", "link", "set", "switch", "up")
    for number, host in enumerate(hosts, 1):
        _run("ip", "link", "add", f"cable{number}", "type", "veth", "peer", "name", "eth0", "netns",
             str(host.holder.pid))
        _run("ip", "link", "set", f"cable{number}", "master", "switch", "up")
        host.address = f"10.80.0.{number}"
        host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
        host.plug()
