"""Reads schemas and files as JSON from standard input, and writes what each file that is not valid lacks."""

import json
import sys

from jsonschema import Draft202012Validator

asked = json.load(sys.stdin)
refused = {}
for name, files in asked["files"].items():
    schema = asked["schemas"][name]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path, value in files.items():
        errors = [error.message for error in validator.iter_errors(value)]
        if errors:
            refused[path] = "; ".join(errors)[:500]
json.dump(refused, sys.stdout)
