#!/usr/bin/env python3
"""Is told by a Helpmesh desk what happens, as a webhook (Standard Webhooks, CloudEvents), and prints the state of the
first ticket it is told of.

Python 3 alone. FED_URL: https://desk.example.org/federation/v1; FED_TOKEN: your token; FED_HOOK: the address at which
the desk reaches this program; PORT: where it listens.
"""
import base64
import hashlib
import hmac
import json
import os
import queue
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

keys = queue.Queue()  # the secret, once it is known
states = queue.Queue()
seen = set()  # each event is done once, however often it is told


def is_signed(key, headers, body):
    """By any of the signatures; not older than five minutes."""
    name, sent = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(sent)) > 300:
        return False
    right = b"v1," + base64.b64encode(hmac.digest(key, f"{name}.{sent}.".encode() + body, hashlib.sha256))
    return any(hmac.compare_digest(one.encode(), right) for one in headers["webhook-signature"].split(" "))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        key = keys.get(timeout=30)
        keys.put(key)
        if not is_signed(key, self.headers, body):
            return self.answer(401, b"")
        event = json.loads(body)
        # Before anything else you say that you want to be told.
        if "challenge" in event["data"]:
            return self.answer(200, json.dumps({"challenge": event["data"]["challenge"]}).encode())
        if event["id"] not in seen and "ticket" in event["data"]:
            states.put(event["data"]["ticket"]["fields"]["state"])
        seen.add(event["id"])
        self.answer(204, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def call(method, path, body=None):
    headers = {"Authorization": f"Bearer {os.environ['FED_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{os.environ['FED_URL']}/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


server = ThreadingHTTPServer(("", int(os.environ["PORT"])), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
hook = call("POST", "webhooks", {"url": os.environ["FED_HOOK"]})
keys.put(base64.b64decode(hook["secret"].removeprefix("whsec_")))
print(states.get(), flush=True)
call("DELETE", f"webhooks/{hook['id']}")
server.shutdown()
