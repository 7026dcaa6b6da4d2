"""What a scenario is played on: its programs, its own corner of the mesh, and what it counted."""

import collections
import os
import shutil
import socket

from . import network, proxy
from .process import Process


class Skip(Exception):
    """What this machine lacks."""


class Stage:
    def __init__(self, programs, cote, full, isolated):
        self.programs = programs
        self.cote = cote
        self.full = full
        self.isolated = isolated
        self.load = self.fault = ""
        self.sums = collections.Counter()
        self.reasons = collections.Counter()
        self.longest_gap_us = None
        self.figures = []
        self.faults = []
        self.started = []
        self.closers = []
        self.port = free_port(socket.SOCK_DGRAM)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("COTE_")}
        self.environment |= {"COTE_BROADCAST_ADDRESS": "127.255.255.255", "COTE_UDP_PORT": str(self.port),
                             "COTE_PORTS": "0"}

    # Actors

    def start(self, arguments, host=None, name=None, **environment):
        """Settings are given without `COTE_`, and a host is a network that the process lives in."""
        settings = self.environment | {f"COTE_{key.upper()}": str(value) for key, value in environment.items()}
        if host:
            settings["COTE_BROADCAST_ADDRESS"] = environment.get("broadcast_address", "255.255.255.255")
            arguments = [*host.enter, *arguments]
        process = Process([*map(str, arguments)], settings, name)
        self.started.append(process)
        return process

    def program(self, program, options, host=None, wrapper=(), **environment):
        arguments = [text for name, value in options.items() for text in ("--" + name.strip("_").replace("_", "-"), value)]
        path = os.path.join(self.programs, program)
        return self.start([*wrapper, path, *arguments], host, options.get("name", program), **environment)

    def serve(self, host=None, wrapper=(), environment=None, **options):
        """A responder that is ready."""
        process = self.program("serve", options, host, wrapper, **environment or {})
        process.ready = process.wait("ready")
        return process

    def proxied(self, fault=None, environment=None, **options):
        """A responder whose connections come through a proxy: it advertises the proxy's address, and the port is the same."""
        port = free_port(addresses=("127.0.0.1", "127.0.0.2"))
        middle = proxy.Proxy(("127.0.0.2", port), ("127.0.0.1", port), fault)
        self.close_later(middle.close)
        here = {"bind_address": "127.0.0.1", "advertised_address": "127.0.0.2", "ports": f"{port}-{port}",
                "unix_sockets": "false"}
        return middle, self.serve(environment=here | (environment or {}), **options)

    def requester(self, host=None, wrapper=(), environment=None, **options):
        return self.program("load", options, host, wrapper, **environment or {})

    def flood(self, host=None, environment=None, **options):
        return self.program("flood", options, host, **environment or {})

    def drink(self, host=None, environment=None, **options):
        process = self.program("drink", options, host, **environment or {})
        process.wait("ready")
        return process

    def swift(self, *arguments, **environment):
        """The command `cote`."""
        return self.start([self.cote, *arguments], name="cote " + arguments[0], **environment)

    def hosts(self, count):
        """Hosts on one switch."""
        hosts = []
        for _ in range(count):
            hosts.append(network.Host())
            self.closers.append(hosts[-1].close)
        network.switch(hosts)
        return hosts

    def close_later(self, close):
        self.closers.append(close)

    def need(self, *tools):
        for tool in tools:
            if not shutil.which(tool):
                raise Skip(f"there is no command {tool}")

    def need_networks(self):
        if not self.isolated:
            raise Skip("no namespaces can be made")
        self.need("ip", "nsenter", "iptables")
        if not network.can_filter():
            raise Skip("iptables cannot drop here")

    def need_swift(self):
        if not self.cote or not os.access(self.cote, os.X_OK):
            raise Skip("the command cote is not built")

    # Counting

    def expect(self, what, right):
        if not right:
            self.faults.append(what)

    def figure(self, text):
        """For the table."""
        self.figures.append(text)

    def counted(self, requester, patience=120, reasons=(), trusted=True):
        """The result of a load, added to the others; what must be true of every one is asserted, and that requests failed
        for these reasons only. Unless the way is not trusted, an answer is the one to its request."""
        result = requester.wait("result", patience)
        failed = sum(result["failed"].values())
        self.sums.update(sent=result["sent"], answered=result["answered"], hung=result["hung"], twice=result["twice"])
        self.reasons.update(result["failed"])
        gap = result["longest_gap_us"]
        self.longest_gap_us = max(gap, self.longest_gap_us or 0)
        self.expect(f"hung {result['hung']}", result["hung"] == 0)
        self.expect(f"answered twice {result['twice']}", result["twice"] == 0)
        self.expect(f"answered with another request's answer {result['wrong']}", result["wrong"] == 0 or not trusted)
        self.expect(f"sent {result['sent']}, answered {result['answered']}, failed {failed}",
                    result["sent"] == result["answered"] + failed + result["hung"] and result["sent"] > 0)
        others = {reason: count for reason, count in result["failed"].items() if reason not in reasons}
        self.expect(f"failed for {others}, the last: {result['last_failure']}", not others)
        return result

    def gap_below(self, result, us):
        """The gap in service, but for what the sender itself stood still."""
        gap, pause = result["longest_gap_us"], result["longest_pause_us"]
        self.expect(f"a gap of {gap} µs, and the sender paused {pause} µs", gap < us + pause)

    def nothing_happened(self):
        """Neither a load nor a figure: such a scenario proves nothing."""
        return not (self.sums["sent"] or self.figures) or not (self.load and self.fault)

    def survived(self, *processes):
        for process in processes:
            self.expect(f"{process.name} does not live: {process.trouble()}", process.running)

    def close(self):
        for process in self.started:
            if process.running:
                process.go_on()
                process.kill()
            process.process.wait()
        for close in reversed(self.closers):
            close()


def free_port(kind=socket.SOCK_STREAM, addresses=("0.0.0.0",)):
    """Below those that the system gives away, so that it is still free when it is used a second time."""
    for port in range(20000 + os.getpid() % 997, 30000):
        try:
            for address in addresses:
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((address, port))
            return port
        except OSError:
            continue
    raise OSError("no port is free")
