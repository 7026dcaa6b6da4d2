#!/usr/bin/env python3
"""Sends one request, prints the answer, and ends: 0 answered, 1 not."""

import json
import sys

import cote

with cote.Requester("curious in Python") as requester:
    answer = requester.send("greet", {"name": "Ada"})
    print("requester: asked, and waits for an answer", file=sys.stderr)
    try:
        print(json.dumps(answer.result(), separators=(",", ":")))
    except cote.Error as error:
        sys.exit(f"requester: {error}")
