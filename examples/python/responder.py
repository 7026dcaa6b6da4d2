#!/usr/bin/env python3
"""A service: answers requests of type "greet" until it is told to stop."""

import signal
import sys

import cote

STOP = {signal.SIGINT, signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, STOP)

with cote.Responder("greeter in Python") as responder:
    responder.on("greet", lambda request: {"from": "Python", "asked": request})
    print(f"responder: listening on port {responder.port}", file=sys.stderr)
    signal.sigwait(STOP)
