"""python3 -m harness.hellos PORT RATE SECONDS: hellos of peers that nobody has heard of, nor will again."""

import json
import os
import socket
import sys
import time


def hello(number, process):
    """In turn of a requester, and of a responder whose port nobody listens on."""
    kind = {"axon_type": "rep", "port": 1} if number % 2 else {"axon_type": "req"}
    peer = f"{number:08x}{process[8:]}"
    return json.dumps({"event": "hello", "pid": process, "iid": peer, "hostName": "nowhere", "data": {
        "isMaster": False, "isMasterEligible": False, "weight": -0.5, "address": "127.0.0.1", "id": peer,
        "processId": process, "processCommand": "flood",
        "advertisement": {"type": "service", "name": f"peer {number}", "key": "$$", **kind}}}).encode()


def main(port, rate, seconds):
    process = f"00000000-{os.getpid() % 65536:04x}-4000-8000-000000000000"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        begun, number = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            while number < passed * rate:
                sender.sendto(hello(number, process), ("127.255.255.255", port))
                number += 1
            time.sleep(0.001)
    print(json.dumps({"event": "said", "count": number}), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
