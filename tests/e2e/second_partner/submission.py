"""Submitting one invoice as a case, and what the answers mean."""

from datetime import datetime, timedelta, timezone

import links
from config import faulty
from provider import Lost

# Maximum number of sends of a case whose answer is lost. Before each one, the desk looks whether the case arrived.
MOST_SENDS = 3


def submit(desk, invoice):
    order = desk.look("orders", invoice)
    tenant = desk.tenant(order["customer"])
    reference = order["reference"] or desk.next_reference(invoice)
    reply = None
    # A send that was interrupted with the process may have arrived.
    if order["attempted"]:
        reply = _found(desk, tenant, reference)
    sends = 0
    while reply is None:
        sends += 1
        desk.change("orders", invoice, attempted=True)
        try:
            reply = desk.provider.submit(tenant, _case(order, reference, invoice))
        except Lost:
            if faulty("new_reference_after_lost_answer"):
                reference = desk.next_reference(invoice)
            else:
                reply = _found(desk, tenant, reference)
            if reply is None and sends == MOST_SENDS:
                raise
        if faulty("blind_repeat_422") and reply is not None and reply.status == 422 and sends < 4:
            reply = None
    # Any answer settles this send, so the next one starts afresh.
    desk.change("orders", invoice, attempted=False)
    _read(desk, invoice, tenant, reference, reply)


def _found(desk, tenant, reference):
    reply = desk.provider.look_up(tenant, reference)
    return reply if reply.good else None


def _case(order, reference, invoice):
    form = order["form"]
    debtor = {
        "type": form["kind"].capitalize(), "name": form["who"], "address": form["street"], "zipCode": form["zip"],
        "city": form["town"], "countryAlpha2": form["country"], "email": form.get("mail"),
    }
    if form["country"] == "US":
        debtor["stateAlpha2"] = form["state"]
    return {
        "creditorReference": reference, "currencyCode": form["currency"], "amountToRecover": float(form["total"]),
        "date": _days_ago(60), "dueDate": _days_ago(30), "debtor": debtor, "claimDescription": f"Invoice {invoice}",
        # The provider accepts the case even if signatures are missing. One page then collects them all and leads back.
        "allowPendingContracts": True, "returnUrl": links.way_back(invoice),
    }


def _days_ago(days):
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT00:00:00")


def _read(desk, invoice, tenant, reference, reply):
    combined = (reply.body.get("signingHandoff") or {}).get("combinedSigningUrl")
    if reply.good and combined:
        _mail(desk, invoice, [combined])
        desk.change("orders", invoice, state="signing", says="Taken; the customer has to sign, and has a mail about it.")
    elif reply.good:
        desk.change("orders", invoice, state="sent", says="Handed to the collection service.")
    elif reply.status == 422:
        _refusal(desk, invoice, tenant, reference, reply, combined)
    else:
        # Wrong input, a customer that is no longer linked, or a service with errors: a person must look at it.
        desk.change("orders", invoice, state="trouble", says=reply.says())


def _refusal(desk, invoice, tenant, reference, reply, combined):
    errors = reply.body.get("businessErrors") or []
    kinds = [error.get("type") or "" for error in errors]
    to_do = [error["solutionUrl"] for error in errors
             if error.get("type", "").startswith("Missing") and error.get("solutionUrl")]
    if any("Duplicate" in kind for kind in kinds):
        there = _found(desk, tenant, reference)
        desk.change("orders", invoice, state="known" if there else "trouble",
                    says="It had been handed over already." if there else reply.says())
    elif to_do:
        _mail(desk, invoice, [combined] if combined else to_do)
        desk.change("orders", invoice, state="link", says="The customer has to do something first, and has a mail about "
                                                          "it. Hand it over again then.")
    else:
        desk.change("orders", invoice, state="refused", says=reply.says())


def _mail(desk, invoice, urls):
    customer = desk.look("customers", desk.look("orders", invoice)["customer"])
    for url in urls:
        links.send(customer["mail"], f"Invoice {invoice} needs you", links.with_way_back(url, invoice))
