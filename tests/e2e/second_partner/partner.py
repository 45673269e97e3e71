"""Kontor Desk: invoices are handed over for collection on HTML pages, and customers hear of it by mail.

One request at a time; an action is acknowledged at once and done afterwards, and a page says what became of it.
"""

import os
import signal
import sys
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, unquote

from config import PORT, faulty
from desk import Desk

WORDS = {
    "draft": "Not handed over yet", "queued": "We are working on it", "held": "Waiting for the customer",
    "sent": "Handed over", "signing": "Handed over, to be signed", "link": "Waiting for the customer",
    "known": "Handed over before", "refused": "Not possible", "trouble": "It did not work",
}


class Pages(BaseHTTPRequestHandler):
    # A client that connects and sends nothing must not keep the others waiting.
    timeout = 5

    def do_GET(self):
        kind, _, key = unquote(self.path).strip("/").partition("/")
        if not kind:
            return self.page(200, "Kontor Desk", "<p>Welcome.</p>")
        entry = desk.look(kind, key) if kind in ("customers", "orders") else None
        if entry is None:
            return self.page(404, "Not found", "<p>There is no such page.</p>")
        if kind == "customers":
            return self.page(200, f"Customer {key}", f"<p class=state>{escape(entry['state'])}</p><p>{escape(entry['says'])}</p>")
        state, says = entry["state"], entry["says"]
        if faulty("everything_is_fine") and state != "draft":
            state, says = "sent", "Handed to the collection service."
        quote = f"<p>Quote: {escape(entry['quote']['says'])}</p>" if entry["quote"] else ""
        self.page(200, f"Invoice {key}", f"<h2>{WORDS[state]}</h2><p>{escape(says)}</p>{quote}")

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
        try:
            self.act(self.path.strip("/"), form)
        except KeyError as missing:
            self.page(400, "Something is missing", f"<p>{escape(str(missing))} must be filled in.</p>")

    def act(self, what, form):
        if what == "customers":
            number = desk.sign_up(form["company"], form["mail"], form.get("country", "DK"))
            link = f'<p>See <a href="/customers/{number}" data-no="{number}">customer {number}</a>.</p>'
            return self.page(303, "Thank you", link, location=f"/customers/{number}")
        if what not in ("orders", "quotes"):
            return self.page(404, "Not found", "<p>There is no such page.</p>")
        if desk.look("customers", form["customer"]) is None:
            return self.page(404, "Not found", "<p>There is no such customer.</p>")
        for field in ("invoice", "total", "currency", "who", "kind", "street", "zip", "town", "country"):
            form[field]
        desk.order(what, form)
        self.page(202, "We are working on it", f'<p>See <a href="/orders/{escape(form["invoice"])}">the invoice</a>.</p>')

    def page(self, status, title, content, location=None):
        html = f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><h1>{escape(title)}</h1>{content}"
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, *_):
        pass


def end_with_whoever_started_it():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    desk = Desk()
    server = HTTPServer(("127.0.0.1", PORT), Pages)
    threading.Thread(target=end_with_whoever_started_it, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
