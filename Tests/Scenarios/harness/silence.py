"""python3 -m harness.silence ADDRESS PORT COUNT: connections that say nothing, until the end of its standard input."""

import json
import resource
import socket
import sys


def main(address, port, count):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    connections = []
    for _ in range(count):
        connection = socket.socket()
        connection.setblocking(False)  # the backlog of who has no descriptor left fills up
        connection.connect_ex((address, port))
        connections.append(connection)
    print(json.dumps({"event": "opened", "count": len(connections)}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
