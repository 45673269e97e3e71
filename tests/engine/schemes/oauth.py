"""A published OAuth client against token endpoints: what comes of it, with the right secret and with a wrong one."""

import json
import os
import sys

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["NO_PROXY"] = "*"


def story(endpoint, api, secret, scope, in_form):
    session = OAuth2Session(client=BackendApplicationClient(client_id=ID, scope=[scope]))
    how = {"include_client_id": True, "client_secret": secret} if in_form else {"auth": HTTPBasicAuth(ID, secret)}
    try:
        session.fetch_token(token_url=endpoint, **how)
    except OAuth2Error as error:
        return error.error
    return session.get(api + "me").status_code


asked = json.load(sys.stdin)
ID, SECRET, OWN, REPORTS = asked["id"], asked["secret"], asked["own"], asked["reports"]
print(json.dumps({
    "name and password": story(OWN + "oauth/token", OWN, SECRET, "things", False),
    "a wrong secret": story(OWN + "oauth/token", OWN, "wrong", "things", False),
    "another scope": story(OWN + "oauth/token", OWN, SECRET, "people", False),
    "in the form, where it is not taken": story(OWN + "oauth/token", OWN, SECRET, "things", True),
    "in the form": story(OWN + "oauth/form", REPORTS, SECRET, "things", True),
    "in the form, a wrong secret": story(OWN + "oauth/form", REPORTS, "wrong", "things", True),
}))
