"""The work of the desk: one worker does it in turn, and a poller asks how customers stand. Nobody waits for either."""

import queue
import threading
import time
import traceback
import uuid
from datetime import datetime, timezone

import links
from config import DATA, POLL, faulty
from ledger import Ledger
from provider import Lost, Provider
from submission import submit

# For how long the desk asks often about a customer, and the interval after that, in seconds.
EAGER, SELDOM = 30.0, 5.0


class Desk:
    def __init__(self):
        self.ledger, self.provider, self.jobs = Ledger(DATA), Provider(), queue.Queue()
        self.run = uuid.uuid4().hex[:6]
        self.asked = {}
        with self.ledger as book:
            # Work that was in progress when the last process ended must still be done.
            for kind in ("customers", "orders"):
                for key, entry in book[kind].items():
                    if entry["state"] == "queued":
                        self.jobs.put((kind, key))
        for work in (self._work, self._poll):
            threading.Thread(target=work, daemon=True).start()

    def tenant(self, number):
        """The customer as the provider knows it. Never what customers see: that number may be reused one day."""
        return f"kd-{number}-{self.run}" if faulty("new_tenant_after_restart") else f"kd-{number}"

    def sign_up(self, company, mail, country):
        with self.ledger as book:
            known = [number for number, customer in book["customers"].items() if customer["mail"] == mail]
            if not known:
                book["last_number"] += 1
                known = [str(book["last_number"])]
                book["customers"][known[0]] = {
                    "company": company, "mail": mail, "country": country, "last_reference": 0, "says": ""}
            book["customers"][known[0]]["state"] = "queued"
        self.jobs.put(("customers", known[0]))
        return known[0]

    def order(self, kind, form):
        """An invoice to be collected (`orders`), or only to be asked about (`quotes`)."""
        with self.ledger as book:
            order = book["orders"].setdefault(form["invoice"], {
                "customer": form["customer"], "reference": None, "attempted": False, "quote": None,
                "state": "draft", "says": ""})
            order["form"] = form
            if kind == "orders" and order["state"] not in ("sent", "signing", "known"):
                order["state"] = "queued"
        self.jobs.put((kind, form["invoice"]))

    def look(self, kind, key):
        with self.ledger as book:
            return dict(book[kind][key]) if key in book[kind] else None

    def change(self, kind, key, **changes):
        with self.ledger as book:
            book[kind][key].update(changes)

    def next_reference(self, invoice):
        """References are counted for each customer, and are not unique beyond it."""
        with self.ledger as book:
            order = book["orders"][invoice]
            customer = book["customers"][order["customer"]]
            customer["last_reference"] += 1
            order["reference"] = f"{datetime.now(timezone.utc).year}-{customer['last_reference']:06}"
            return order["reference"]

    def _work(self):
        todo = {"customers": self._introduce, "orders": self._submit, "quotes": self._quote}
        while True:
            kind, key = self.jobs.get()
            try:
                todo[kind](key)
            except Exception as error:  # One job's trouble is not the next one's.
                if not isinstance(error, Lost):
                    traceback.print_exc()
                place = "customers" if kind == "customers" else "orders"
                self.change(place, key, state="trouble", says="The collection service did not answer.")

    def _introduce(self, number):
        customer = self.look("customers", number)
        reply = self.provider.take_in(self.tenant(number), customer)
        url = ((reply.body.get("data") or reply.body).get("onboardingLinks") or {}).get("url")
        if reply.status in (200, 201):
            self._ready(number)
        elif url and (reply.status == 202 or reply.body.get("type") == "ClientExistsNeedsLinking"):
            subject = "To have your invoices collected we need your signature" if reply.status == 202 else \
                "You have an account with our collection service already, and have to let us use it"
            links.send(customer["mail"], subject, links.with_way_back(url, number))
            self.asked[number] = [time.monotonic(), 0.0]
            self.change("customers", number, state="waiting", says="We wait for a signature; the link is in the mail.")
        elif reply.status == 429 or reply.status >= 500:
            self.change("customers", number, state="trouble", says=reply.says())
        else:
            # These include conflicts that the desk cannot resolve or does not know, so a retry is useless.
            self.change("customers", number, state="refused", says=reply.says())

    def _ready(self, number):
        with self.ledger as book:
            book["customers"][number].update(state="ready", says="Invoices can be collected.")
            held = [invoice for invoice, order in book["orders"].items()
                    if order["customer"] == number and order["state"] == "held"]
            for invoice in held:
                book["orders"][invoice]["state"] = "queued"
        for invoice in held:
            self.jobs.put(("orders", invoice))

    def _submit(self, invoice):
        order = self.look("orders", invoice)
        if order["state"] != "queued":
            return
        customer = self.look("customers", order["customer"])
        if order["quote"] and not order["quote"]["possible"]:
            self.change("orders", invoice, state="refused", says=order["quote"]["says"])
        elif customer["state"] == "refused":
            self.change("orders", invoice, state="refused", says=customer["says"])
        elif customer["state"] != "ready":
            # Only the poller asks about customers. It releases held orders once it finds that the customer is ready.
            self.change("orders", invoice, state="held", says="The customer has not finished signing up.")
        else:
            submit(self, invoice)

    def _quote(self, invoice):
        """What collecting would cost, and whether it is possible: asked without a customer, by the invoice alone."""
        form = self.look("orders", invoice)["form"]
        if faulty("preview_skipped"):
            self.change("orders", invoice, quote={"possible": True, "says": "18 %"})
            return
        debtor = {"type": form["kind"].capitalize(), "countryAlpha2": form["country"]}
        if form["country"] == "US":
            debtor["stateAlpha2"] = form["state"]
        reply = self.provider.quote({
            "amountToRecover": float(form["total"]), "currencyCode": form["currency"], "debtor": debtor})
        if not reply.good:
            self.change("orders", invoice, says="No quote: " + reply.says())
            return
        possible = reply.body.get("isEligible") is True
        says = f"{(reply.body.get('pricingPreview') or {}).get('totalSuccessFeePercentage')} % of what is collected"
        if reply.body.get("requiresKycVerification"):
            says += "; the director will have to be verified"
        self.change("orders", invoice, quote={
            "possible": possible, "says": says if possible else reply.body.get("ineligibilityReason") or "Not possible."})

    def _poll(self):
        while True:
            time.sleep(POLL)
            with self.ledger as book:
                waiting = [number for number, customer in book["customers"].items() if customer["state"] == "waiting"]
            for number in waiting:
                since, last = self.asked.setdefault(number, [time.monotonic(), 0.0])
                now = time.monotonic()
                if now - since < EAGER or now - last > SELDOM:
                    self.asked[number][1] = now
                    try:
                        self._ask(number)
                    except Exception:  # There is a next time.
                        pass

    def _ask(self, number):
        reply = self.provider.standing(self.tenant(number))
        # A customer whose approval is pending is not found yet, which is no error.
        if reply.good and reply.body.get("onboardingDone") is True:
            self._ready(number)
