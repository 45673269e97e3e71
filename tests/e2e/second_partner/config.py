"""What the desk is told by its environment."""

import os

REFERRAL = os.environ.get("PROVIDER_REFERRAL", "").rstrip("/")
CUSTOMER = os.environ.get("PROVIDER_CUSTOMER", "").rstrip("/")
KEY = os.environ.get("PROVIDER_KEY", "")
PORT = int(os.environ.get("PORT", "8090"))
DATA = os.environ.get("DATA", ".")
MAIL = os.environ.get("MAIL", "").rstrip("/")
RETURN_URL = os.environ.get("RETURN_URL", "https://desk.example/back?from=collection")

# The interval at which the desk asks about an unsigned customer, and the pauses before retries after 5xx, in seconds.
POLL = float(os.environ.get("POLL", "0.2"))
PATIENCE = [float(gap) for gap in os.environ.get("PATIENCE", "0.2 0.6").split()]

# Defects that can be enabled, for the tests of the tool that looks for them.
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
