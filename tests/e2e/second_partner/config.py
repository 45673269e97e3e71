"""What the desk is told by its environment."""

import os

REFERRAL = os.environ.get("PROVIDER_REFERRAL", "").rstrip("/")
CUSTOMER = os.environ.get("PROVIDER_CUSTOMER", "").rstrip("/")
KEY = os.environ.get("PROVIDER_KEY", "")
PORT = int(os.environ.get("PORT", "8090"))
DATA = os.environ.get("DATA", ".")
MAIL = os.environ.get("MAIL", "").rstrip("/")
RETURN_URL = os.environ.get("RETURN_URL", "https://desk.example/back?from=collection")

# How often a customer who has not signed yet is asked for, in seconds; and how soon a call is tried again after 5xx.
POLL = float(os.environ.get("POLL", "0.2"))
PATIENCE = [float(gap) for gap in os.environ.get("PATIENCE", "0.2 0.6").split()]

# Mistakes that can be switched on, for the tests of the tool that looks for them.
FAULTS = {
    "shared_token", "wrong_return_url_joint", "blind_repeat_422", "retry_after_ignored",
    "new_reference_after_lost_answer", "new_tenant_after_restart", "link_never_mailed", "preview_skipped",
    "everything_is_fine",
}
FAULT = os.environ.get("FAULT", "")
if FAULT and FAULT not in FAULTS:
    raise SystemExit(f"FAULT={FAULT}: there is only {', '.join(sorted(FAULTS))}")


def faulty(name):
    assert name in FAULTS, name
    return FAULT == name
