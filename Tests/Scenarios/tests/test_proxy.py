"""A proxy that harms nothing would prove nothing: each fault is seen at both ends here."""

import socket
import threading
import time
import unittest

from harness import proxy


class Echo:
    """Sends everything back, and keeps what came and how it ended."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = self.server.getsockname()
        self.pieces = []
        self.end = None
        self.done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        connection, _ = self.server.accept()
        try:
            while piece := connection.recv(65536):
                self.pieces.append(piece)
                connection.sendall(piece)
            self.end = "end"
        except ConnectionResetError:
            self.end = "reset"
        connection.close()
        self.done.set()


class ProxyTests(unittest.TestCase):
    def begin(self, fault):
        self.echo = Echo()
        self.addCleanup(self.echo.server.close)
        with socket.create_server(("127.0.0.2", 0)) as free:
            listen = free.getsockname()
        self.proxy = proxy.Proxy(listen, self.echo.address, fault)
        self.addCleanup(self.proxy.close)
        client = socket.create_connection(listen, 30)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.addCleanup(client.close)
        return client

    def receive(self, client, count):
        got = b""
        while len(got) < count and (piece := client.recv(65536)):
            got += piece
        return got

    def received(self):
        return b"".join(self.echo.pieces)

    def test_passes_everything_and_the_end_of_it(self):
        client = self.begin(proxy.Fault())
        text = bytes(range(256)) * 4096
        threading.Thread(target=lambda: (client.sendall(text), client.shutdown(socket.SHUT_WR))).start()
        self.assertEqual(self.receive(client, len(text) + 1), text)
        self.assertTrue(self.echo.done.wait(30))
        self.assertEqual((self.echo.end, self.received()), ("end", text))
        self.assertEqual(self.proxy.counts["bytes up"], len(text))
        self.assertEqual(self.proxy.counts["bytes down"], len(text))

    def test_delays_both_ways_and_keeps_the_order(self):
        client = self.begin(proxy.Delay(0.1))
        begun = time.monotonic()
        client.sendall(b"one")
        client.sendall(b"two")
        self.assertEqual(self.receive(client, 6), b"onetwo")
        self.assertGreaterEqual(time.monotonic() - begun, 0.2)
        self.assertGreaterEqual(self.proxy.counts["delayed"], 2)

    def test_lengthens_one_frame(self):
        fault = proxy.Lengthen()
        client = self.begin(fault)
        client.sendall(b"no frame")
        self.assertEqual(self.receive(client, 8), b"no frame")
        frame = b"\x11\x00\x00\x00\x03s:1"
        client.sendall(frame)
        self.assertEqual(self.receive(client, len(frame)), b"\x11\x00\x10\x00\x03s:1")
        client.sendall(frame)
        self.assertEqual(self.receive(client, len(frame)), frame)
        self.assertEqual(self.proxy.counts["lengthened"], 1)

    def test_throttles(self):
        client = self.begin(proxy.Throttle(20000))
        begun = time.monotonic()
        client.sendall(bytes(4000))
        self.assertEqual(len(self.receive(client, 4000)), 4000)
        self.assertGreaterEqual(time.monotonic() - begun, 0.2)

    def test_passes_single_bytes(self):
        client = self.begin(proxy.OneByte(0.001))
        client.sendall(b"abcdefghij")
        self.assertEqual(self.receive(client, 10), b"abcdefghij")
        self.assertEqual(self.proxy.counts["single bytes"], 20)
        self.assertGreater(len(self.echo.pieces), 1)

    def test_corrupts_and_keeps_the_length(self):
        client = self.begin(proxy.Corrupt(100))
        client.sendall(bytes(10000))
        self.assertNotEqual(self.receive(client, 10000), bytes(10000))
        wrong = sum(byte != 0 for byte in self.received())
        self.assertEqual(len(self.received()), 10000)
        self.assertTrue(50 < wrong < 200, wrong)

    def test_resets_in_the_middle(self):
        client = self.begin(proxy.Cut(5, "reset"))
        client.sendall(b"0123456789")
        with self.assertRaises(ConnectionResetError):
            while client.recv(100):
                pass
        self.assertTrue(self.echo.done.wait(30))
        self.assertEqual((self.echo.end, self.proxy.counts["resets"]), ("reset", 1))
        self.assertTrue(b"01234".startswith(self.received()))

    def test_half_closes(self):
        client = self.begin(proxy.Cut(5, "half"))
        client.sendall(b"0123456789")
        self.assertEqual(self.receive(client, 100), b"01234")  # and the other direction goes on
        self.assertTrue(self.echo.done.wait(30))
        self.assertEqual((self.echo.end, self.proxy.counts["half-closed"]), ("end", 1))

    def test_falls_silent(self):
        client = self.begin(proxy.Cut(5, "silent"))
        client.sendall(b"0123456789")
        client.settimeout(0.2)
        got = b""
        with self.assertRaises(TimeoutError):
            while piece := client.recv(100):
                got += piece
        self.assertTrue(b"01234".startswith(got))
        self.assertIsNone(self.echo.end)
        self.assertEqual(self.received(), b"01234")

    def test_resets_all_on_demand(self):
        client = self.begin(proxy.Fault())
        client.sendall(b"x")
        self.receive(client, 1)
        self.assertEqual(self.proxy.reset_all(), 1)
        with self.assertRaises(ConnectionResetError):
            client.recv(1)


if __name__ == "__main__":
    unittest.main()
