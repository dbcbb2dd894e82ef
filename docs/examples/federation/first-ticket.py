#!/usr/bin/env python3
"""Opens a ticket at a Helpmesh desk, comments it with a file, and waits for what becomes of it there.

Python 3 alone, no packages. FED_URL: https://desk.example.org/federation/v1; FED_TOKEN: the token that was made for
you; FED_NODE: the address by which that desk knows your helpdesk. Prints the state of the ticket.
"""
import base64
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

URL, TOKEN, NODE = (os.environ[name] for name in ("FED_URL", "FED_TOKEN", "FED_NODE"))


def call(method, path, body=None, headers=None):
    """One call; None instead of an answer while there is nothing at the address yet."""
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **(headers or {})}
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/{path}", data, given, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else {}
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main(subject):
    desk = call("GET", "agreements")["agreements"][0]["nodes"][0]
    # 1. The ticket. Its uuid is yours: doing this again opens no second one.
    ticket = str(uuid.uuid4())
    fields = {
        "subject": subject, "requester": {"pseudonym": "user-17", "name": "Lin"}, "assignedNode": desk,
        "state": "new", "priority": "normal", "ownerName": None, "tags": [],
    }
    call("PUT", f"tickets/{ticket}", {
        "uuid": ticket, "number": "1", "url": f"{NODE}/1", "originNode": NODE, "createdAt": now(), "fields": fields,
    }, {"If-None-Match": "*"})
    while call("GET", f"tickets/{ticket}") is None:
        time.sleep(0.5)
    # 2. A file, and then the comment that names it.
    content = b"what the log says\n"
    digest = hashlib.sha256(content)
    file = {
        "uuid": str(uuid.uuid4()), "filename": "log.txt", "mediaType": "text/plain",
        "size": len(content), "sha256": digest.hexdigest(),
    }
    call("PUT", f"attachments/{file['uuid']}/content", content, {
        "Content-Type": "text/plain", "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
    })
    comment = str(uuid.uuid4())
    call("PUT", f"tickets/{ticket}/comments/{comment}", {
        "uuid": comment, "author": {"node": NODE, "displayName": "Lin", "role": "requester"},
        "visibility": "public", "createdAt": now(), "format": "text/plain", "body": "Told by Python",
        "attachments": [file],
    })
    # 3. What happens there. Each answer says where to go on; what was read is forgotten there.
    cursor = 0
    while True:
        page = call("GET", f"events?after={cursor}&wait=20")
        cursor = page["cursor"]
        for event in page["events"]:
            if event["subject"] == ticket and "ticket" in event["data"]:
                print(event["data"]["ticket"]["fields"]["state"])
                return


main(sys.argv[1] if len(sys.argv) > 1 else "From Python")
