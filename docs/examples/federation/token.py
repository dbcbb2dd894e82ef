#!/usr/bin/env python3
"""Gets a token of a Helpmesh desk for the signature of your helpdesk, good for some minutes.

Python 3 alone, and openssl to sign. FED_URL: https://desk.example.org/federation/v1; FED_NODE: the address by which that
desk knows your helpdesk; FED_KEY: a file with your private key, made when it is not there. Prints the token:
FED_TOKEN=$(python3 token.py). `python3 token.py keys` prints your public keys (a JWK Set), which the desk is given.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid

FILE = os.environ.get("FED_KEY", "federation.pem")


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def coded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main(what):
    if not os.path.exists(FILE):
        os.umask(0o077)
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-out", FILE)
    number = bytes.fromhex(openssl("rsa", "-in", FILE, "-noout", "-modulus").decode().strip().partition("=")[2])
    kid = hashlib.sha256(number).hexdigest()[:16]
    if what == "keys":
        key = {"kty": "RSA", "n": coded(number), "e": "AQAB", "kid": kid, "alg": "RS256", "use": "sig"}
        return print(json.dumps({"keys": [key]}))
    # What the desk is called, and where it gives tokens.
    with urllib.request.urlopen(os.environ["FED_URL"], timeout=30) as answer:
        desk = json.loads(answer.read())
    node, now = os.environ["FED_NODE"], int(time.time())
    claims = {"iss": node, "sub": node, "aud": desk["node"], "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
    text = f"{coded({'alg': 'RS256', 'kid': kid, 'typ': 'JWT'})}.{coded(claims)}"
    form = urllib.parse.urlencode({
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": f"{text}.{coded(openssl('dgst', '-sha256', '-sign', FILE, data=text.encode()))}",
    })
    with urllib.request.urlopen(desk["tokenEndpoint"], form.encode(), timeout=30) as answer:
        print(json.loads(answer.read())["access_token"])


main(sys.argv[1] if len(sys.argv) > 1 else "token")
