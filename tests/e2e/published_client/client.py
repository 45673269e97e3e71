"""What Debitura's published client makes of the simulator: `client.py STORY HOST`, tokens by name in TOKENS (JSON).

Prints what happened as one JSON object.
"""

import json
import os
import sys
from datetime import datetime, timezone

import debitura_debt_collection as debitura

V1 = "DebituraWebExternalApiContractsV1Cases"
CaseRequest = getattr(debitura, V1 + "RequestsCreateCollectionCaseRequestApiViewModel")
PreviewRequest = getattr(debitura, V1 + "RequestsPreviewCaseRequestApiViewModel")
PreviewDebtor = getattr(debitura, V1 + "RequestsPreviewDebtorDto")
Debtor = getattr(debitura, V1 + "DebtorDto")

HOST = sys.argv[2]
TOKENS = json.loads(os.environ["TOKENS"])


def api(token, kind=debitura.CasesApi):
    return kind(debitura.ApiClient(debitura.Configuration(host=HOST, access_token=token)))


def written(reference, **changes):
    """A case as a developer writes it: unset fields stay out, the date has a time and a zone."""
    debtor = Debtor(type="Private", name="Robin Example", address="Road 1", city="Aarhus", country_alpha2="DK")
    fields = {
        "currency_code": "EUR", "var_date": datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc), "debtor": debtor,
        "amount_to_recover": 120.5, "creditor_reference": reference,
    }
    return CaseRequest(**{**fields, **changes})


def converted(reference):
    """The same from a dictionary: every field that is not there is sent as null, the date at midnight without a zone."""
    debtor = {"type": "Private", "name": "Robin Example", "address": "Road 1", "city": "Aarhus", "countryAlpha2": "DK"}
    return CaseRequest.from_dict({
        "currencyCode": "EUR", "date": "2026-01-05", "dueDate": "2026-02-05", "amountToRecover": 99,
        "creditorReference": reference, "debtor": debtor,
    })


def as_json(model):
    # The client's own `to_json` cannot write the dates that it reads.
    return debitura.ApiClient().sanitize_for_serialization(model)


def create(client, case):
    # The first argument of the operation is an idempotency key, the second the case.
    return client.cases_post(None, case)


def refused(call, *arguments):
    """How the client tells a refusal."""
    try:
        return {"answered": as_json(call(*arguments))}
    except debitura.ApiException as error:
        return {
            "raised": type(error).__name__, "status": error.status, "data": as_json(error.data),
            "body": json.loads(error.body or "null"),
        }


def cases():
    mine = api(TOKENS["ready"])
    first = create(mine, written("2026-1"))
    second = create(mine, converted("2026-2"))
    preview = PreviewRequest(amount_to_recover=50, currency_code="GBP", due_date=datetime(2026, 1, 5),
                             debtor=PreviewDebtor(type="Company", country_alpha2="GB"))
    return {
        "host": debitura.Configuration().host,
        "me": as_json(api(TOKENS["ready"], debitura.MeApi).me_get()),
        "first": as_json(first),
        "second": as_json(second),
        "by id": as_json(mine.cases_id_get(first.id)),
        "by reference": as_json(mine.cases_by_creditor_reference_creditor_reference_get("2026-2")),
        "one page": as_json(mine.cases_get(page=2, page_size=1)),
        "all": as_json(mine.cases_get()),
        "of another": as_json(api(TOKENS["poa"]).cases_get()),
        "preview": as_json(mine.cases_preview_post(preview)),
        "preview of another": as_json(api(TOKENS["poa"]).cases_preview_post(preview)),
    }


def signing():
    mine = api(TOKENS["poa"])
    pending = written("2026-1", allow_pending_contracts=True, return_url="https://app.acme.example/done?case=1&x=2")
    return {"refused": refused(create, mine, written("2026-0")), "pending": as_json(create(mine, pending))}


def refusals():
    mine = api(TOKENS["ready"])
    create(mine, written("twice"))
    return {
        "field": refused(create, mine, written("a", debtor=Debtor(type="Private", name="R", city="Aarhus", country_alpha2="DK"))),
        "value": refused(create, mine, written("b", currency_code="XYZ")),
        "type": refused(create, mine, written("c", collection_partner_id="none")),
        "preview": refused(mine.cases_preview_post, PreviewRequest(
            amount_to_recover=50, currency_code="USD", debtor=PreviewDebtor(type="Private", country_alpha2="US"))),
        "expired": refused(create, api(TOKENS["expired"]), written("d")),
        "no token": refused(api("nobody's").cases_get),
        "unknown id": refused(mine.cases_id_get, "00000000-0000-4000-8000-000000000000"),
        "unknown reference": refused(mine.cases_by_creditor_reference_creditor_reference_get, "never"),
        "of another": refused(api(TOKENS["poa"]).cases_by_creditor_reference_creditor_reference_get, "twice"),
        "duplicate": refused(create, mine, written("twice")),
        "limited": refused(create, api(TOKENS["limited"]), written("e")),
        "broken": refused(create, api(TOKENS["broken"]), written("f")),
    }


print(json.dumps({"cases": cases, "signing": signing, "refusals": refusals}[sys.argv[1]]()))
