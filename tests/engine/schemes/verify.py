"""Independent handlers: each verifies deliveries the way its provider's own library, or its documentation, does."""

import base64
import hashlib
import hmac
import json
import sys
from datetime import datetime, timezone

import stripe
from requests.auth import _basic_auth_str
from standardwebhooks import Webhook


def code(secret, message):
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256)


def one_header(d):
    stripe.WebhookSignature.verify_header(d["body"], d["headers"]["Stripe-Signature"], d["secret"], tolerance=300)


def standard_webhooks(d):
    Webhook(d["secret"]).verify(d["body"], d["headers"])


def base64_header(d):
    wanted = base64.b64encode(code(d["secret"], d["body"]).digest()).decode()
    assert hmac.compare_digest(wanted, d["headers"]["X-Shopify-Hmac-Sha256"])


def method_and_url(d):
    t = d["headers"]["X-HubSpot-Request-Timestamp"]
    assert abs(datetime.now(timezone.utc).timestamp() - int(t) / 1000) < 300
    wanted = base64.b64encode(code(d["secret"], d["method"] + d["url"] + d["body"] + t).digest()).decode()
    assert hmac.compare_digest(wanted, d["headers"]["X-HubSpot-Signature-v3"])


def token(d):
    assert hmac.compare_digest(d["secret"], d["headers"]["X-Token"])


def basic(d):
    assert hmac.compare_digest(_basic_auth_str(*d["secret"].split(":", 1)), d["headers"]["Authorization"])


HANDLERS = {
    "one-header": one_header,
    "standard-webhooks": standard_webhooks,
    "base64-header": base64_header,
    "method-and-url": method_and_url,
    "token": token,
    "basic": basic,
}


def accepts(delivery):
    try:
        HANDLERS[delivery["scheme"]](delivery)
        return True
    except KeyError:
        raise
    except Exception:
        return False


def signed(d):
    """The code as the provider's own library writes it."""
    if d["scheme"] == "one-header":
        return stripe.WebhookSignature.generate_signature_header(d["body"], d["secret"], d["t"])
    return Webhook(d["secret"]).sign(d["id"], datetime.fromtimestamp(d["t"], tz=timezone.utc), d["body"])


asked = json.load(sys.stdin)
print(json.dumps([accepts(d) if sys.argv[1] == "verify" else signed(d) for d in asked]))
