"""Hosts have a network of their own, and what is dropped is counted. Run by itself again where networks can be made."""

import os
import subprocess
import sys
import unittest

from harness import isolation, network


def ping(host, address, count=1):
    """How many of `count` datagrams from that host came back from an echo at the other address: a request over UDP."""
    program = f"""
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(0.2)
back = 0
for number in range({count}):
    sock.sendto(b"%d" % number, ("{address}", 7))
    try:
        while sock.recv(100) != b"%d" % number: pass
        back += 1
    except TimeoutError:
        pass
print(back)
"""
    return int(host.run(sys.executable, "-c", program))


ECHO = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", 7))
print(flush=True)
while True: sock.sendto(*sock.recvfrom(100))
"""


@unittest.skipUnless(os.getpid() == 1, "only in namespaces")
class NetworkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        isolation.enter()
        if not network.can_filter():
            raise unittest.SkipTest("iptables cannot drop here")
        cls.here, cls.there = network.Host(), network.Host()
        network.switch([cls.here, cls.there])
        cls.echo = subprocess.Popen([*cls.there.enter, sys.executable, "-c", ECHO], stdout=subprocess.PIPE)
        cls.echo.stdout.readline()

    @classmethod
    def tearDownClass(cls):
        cls.echo.kill()
        cls.echo.wait()
        cls.echo.stdout.close()
        cls.here.close()
        cls.there.close()

    def test_a_cable_is_pulled_and_plugged(self):
        self.assertEqual(ping(self.here, self.there.address), 1)
        self.there.pull()
        self.assertEqual(ping(self.here, self.there.address), 0)
        self.there.plug()
        self.assertEqual(ping(self.here, self.there.address, 10) > 0, True)

    def test_all_is_lost_and_healed(self):
        self.there.lose(1, "-p", "udp")
        self.assertEqual(ping(self.here, self.there.address, 3), 0)
        self.assertEqual(self.there.dropped(), 3)
        self.assertEqual(self.there.heal(), 3)
        self.assertEqual(ping(self.here, self.there.address), 1)

    def test_a_part_is_lost(self):
        self.there.lose(0.2, "-p", "udp")
        back = ping(self.here, self.there.address, 60)
        dropped = self.there.heal()
        self.assertTrue(0 < dropped < 40, dropped)
        self.assertLess(back, 60)


class Again(unittest.TestCase):
    @unittest.skipIf(os.getpid() == 1, "this is it")
    def test_in_namespaces(self):
        prefix = isolation.prefix()
        if not prefix:
            self.skipTest("no namespaces can be made")
        again = subprocess.run([*prefix, sys.executable, "-m", "unittest", "tests.test_network"], capture_output=True,
                               text=True)
        self.assertEqual(again.returncode, 0, again.stderr)


if __name__ == "__main__":
    unittest.main()
