"""Links for customers: the way back is added, and they go out by mail."""

import json
import urllib.request
from urllib.parse import parse_qs, quote_plus, urlsplit, urlunsplit

from config import MAIL, RETURN_URL, faulty


def way_back(what):
    """Where the provider's pages send a customer back to."""
    return RETURN_URL + ("&" if "?" in RETURN_URL else "?") + "for=" + quote_plus(what)


def with_way_back(url, what):
    """The link as it was received, with the way back in its query, where it is not there already."""
    parts = urlsplit(url)
    if "returnUrl" in parse_qs(parts.query):
        return url
    pair = "returnUrl=" + quote_plus(way_back(what))
    if faulty("wrong_return_url_joint"):
        return url + "?" + pair
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, pair]))))


def send(to, subject, url):
    if faulty("link_never_mailed"):
        return
    text = f"Good day,\n\n{subject}. Please open\n\n    <{url}>\n\nand follow the steps there.\n"
    letter = json.dumps({"to": to, "subject": subject, "text": text}).encode()
    request = urllib.request.Request(MAIL + "/messages", letter, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()
