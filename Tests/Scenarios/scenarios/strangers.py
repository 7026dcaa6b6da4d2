"""Port scanners, TLS, HTTP and noise at the port of a responder, while it is asked."""

import random
import socket
import ssl

TITLE = "port scanner, TLS, HTTP and noise"
PATIENCE = (90, 90)


def tls_hello():
    said = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), said, server_hostname="example.com")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return said.read()


def play(stage):
    noise = random.Random(1)
    words = {
        "nothing": lambda: b"",
        "HTTP": lambda: b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
        "TLS": tls_hello,
        "noise": lambda: noise.randbytes(noise.randrange(1, 4000)),
        "half a frame": lambda: b"\x12\x00\x00\x00\x20j:{",
    }
    stage.load = "1,000 requests/s for 4 s"
    responder = stage.serve()
    load = stage.requester(rate=1000, seconds=4)
    load.at(0.5)
    before = responder.memory()
    connections = refused = 0
    for _ in range(200):
        for word in words.values():
            with socket.create_connection(("127.0.0.1", responder.ready["port"]), 30) as stranger:
                connections += 1
                try:
                    stranger.sendall(word())
                    stranger.shutdown(socket.SHUT_WR)
                    stranger.settimeout(30)
                    while stranger.recv(1000):  # until it has ended the connection
                        pass
                    refused += 1
                except ConnectionError:
                    refused += 1
    more = responder.memory() - before
    stage.fault = f"{connections:,} connections, {', '.join(words)} in turn; {refused:,} were ended by the responder"
    stage.expect(f"{connections - refused} were not ended", refused == connections)
    stage.counted(load)
    stage.figure(f"{more:.1f} MiB more memory")
    stage.expect(f"{more:.1f} MiB more memory", more < 16)
    stage.survived(responder)
