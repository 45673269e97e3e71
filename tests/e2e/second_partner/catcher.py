"""A mail catcher: takes letters, and shows those to an address. Prints its own address when it is ready.

POST /messages takes {"to", "subject", "text"}; GET /messages?to=ADDRESS answers all of them as text.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LETTERS = []


class Box(BaseHTTPRequestHandler):
    def do_POST(self):
        LETTERS.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(204, "")

    def do_GET(self):
        to = parse_qs(urlsplit(self.path).query).get("to", [""])[0]
        mine = [letter for letter in LETTERS if letter["to"] == to]
        self.answer(200, "\n".join(f"To: {to}\nSubject: {each['subject']}\n\n{each['text']}" for each in mine))

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def end_with_whoever_started_it():
    sys.stdin.buffer.read()
    os._exit(0)


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Box)
threading.Thread(target=end_with_whoever_started_it, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
