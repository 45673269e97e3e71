"""The provider's two APIs, as far as the desk calls them: tokens, pauses, and tries that are counted."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import quote

from config import CUSTOMER, KEY, PATIENCE, REFERRAL, faulty

# Maximum number of pauses for one call after "too many requests".
MOST_PAUSES = 5


class Lost(Exception):
    """The connection ended without an answer: nobody knows what has been done."""


class Reply:
    def __init__(self, status, body):
        self.status, self.body = status, body

    @property
    def good(self):
        return 200 <= self.status < 300

    def says(self):
        """What it says in words, for the people at the desk."""
        errors = self.body.get("businessErrors") or [{}]
        return errors[0].get("message") or self.body.get("message") or self.body.get("title") or f"answer {self.status}"


class Provider:
    def __init__(self):
        self.tokens = {}
        # The limits are per key, so a wait that one caller is told holds for all of them.
        self.quiet_until = 0.0
        self.lock = threading.Lock()

    def take_in(self, tenant, customer):
        return self._again(lambda: self._ours("POST", "/clients", {
            "externalTenantId": tenant,
            "client": {"name": customer["company"], "country": customer["country"], "supportEmail": customer["mail"]},
            "users": [{"name": customer["company"], "email": customer["mail"]}],
        }))

    def standing(self, tenant):
        return self._ours("GET", f"/clients/{quote(tenant, safe='')}")

    def quote(self, question):
        return self._again(lambda: self._ours("POST", "/cases/preview", question))

    def submit(self, tenant, case):
        return self._theirs(tenant, "POST", "/cases", case)

    def look_up(self, tenant, reference):
        return self._again(
            lambda: self._theirs(tenant, "GET", f"/cases/by-creditor-reference/{quote(reference, safe='')}"))

    def _ours(self, method, path, body=None):
        return self._call(REFERRAL + path, method, {"XApiKey": KEY}, body)

    def _theirs(self, tenant, method, path, body=None):
        """On behalf of a client. A refused token is replaced once; a second refusal is the answer."""
        slot = "everybody" if faulty("shared_token") else tenant
        for last in (False, True):
            if slot not in self.tokens:
                minted = self._again(lambda: self._ours("POST", "/oauth/token", {"externalTenantId": tenant}))
                if not minted.good:
                    return minted
                self.tokens[slot] = minted.body["accessToken"]
            reply = self._call(CUSTOMER + path, method, {"Authorization": "Bearer " + self.tokens[slot]}, body)
            if reply.status != 401:
                return reply
            del self.tokens[slot]
            if last:
                return reply

    def _call(self, url, method, headers, body):
        """One call; again after a pause that the provider asked for, and a few times where it has an error itself."""
        gaps, pauses = list(PATIENCE), MOST_PAUSES
        while True:
            reply = self._once(url, method, headers, body)
            if reply.status == 429 and pauses:
                pauses -= 1
                self._pause(0.0 if faulty("retry_after_ignored") else reply.body.get("retryAfter") or 1.0)
            elif reply.status >= 500 and gaps:
                time.sleep(gaps.pop(0))
            else:
                return reply

    def _once(self, url, method, headers, body):
        while (left := self.quiet_until - time.monotonic()) > 0:
            time.sleep(left)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return Reply(answer.status, _parsed(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, _parsed(error.read()))
        except (OSError, http.client.HTTPException) as error:
            raise Lost(type(error).__name__) from error

    def _pause(self, seconds):
        with self.lock:
            # A little longer, because clocks differ and an early call is limited again.
            self.quiet_until = max(self.quiet_until, time.monotonic() + seconds * 1.02)

    def _again(self, call):
        """For calls that change nothing when they are repeated: a lost answer is asked for again."""
        for gap in PATIENCE:
            try:
                return call()
            except Lost:
                time.sleep(gap)
        return call()


def _parsed(text):
    try:
        body = json.loads(text)
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}
