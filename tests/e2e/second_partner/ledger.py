"""What the desk knows, in one JSON file that survives it."""

import json
import os
import threading

EMPTY = {"last_number": 1000, "customers": {}, "orders": {}}


class Ledger:
    """`with ledger as book:` is one transaction: what has changed in the book by its end is on disk."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "ledger.json")
        self.lock = threading.RLock()
        try:
            with open(self.path, encoding="utf-8") as file:
                self.written = file.read()
        except FileNotFoundError:
            self.written = json.dumps(EMPTY)
        self.book = json.loads(self.written)

    def __enter__(self):
        self.lock.acquire()
        return self.book

    def __exit__(self, kind, *_):
        try:
            text = self.written if kind else json.dumps(self.book)
            if kind:
                self.book = json.loads(text)
            elif text != self.written:
                with open(self.path + ".new", "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(self.path + ".new", self.path)
                self.written = text
        finally:
            self.lock.release()
