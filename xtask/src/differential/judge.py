"""What openapi-core says of requests: judge.py DOCUMENT < requests > verdicts, a line each."""

import json
import sys

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest


def without_security(document):
    """Who may call is not compared, and every base path is empty."""
    document.pop("security", None)
    document["servers"] = [{"url": "http://localhost"}]
    for item in document.get("paths", {}).values():
        item.pop("servers", None)
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
                operation.pop("servers", None)
    return document


def first_line(error):
    """The innermost reason, short."""
    told = error
    while told.__cause__ is not None:
        told = told.__cause__
    errors = getattr(told, "schema_errors", None)
    text = str(next(iter(errors), told) if errors else told)
    return f"{type(told).__name__}: {text.splitlines()[0][:160] if text else ''}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = without_security(json.load(file))
    api = OpenAPI.from_dict(document)
    for line in sys.stdin:
        sent = json.loads(line)
        query = {}
        for pair in filter(None, sent["query"].split("&")):
            name, _, value = pair.partition("=")
            from urllib.parse import unquote_plus

            query.setdefault(unquote_plus(name), []).append(unquote_plus(value))
        request = MockRequest(
            "http://localhost",
            sent["method"].lower(),
            sent["path"],
            args=query,
            headers=dict(sent["headers"]),
            data=sent["body"].encode() if sent["body"] is not None else None,
            content_type=sent["content_type"] or "",
        )
        try:
            api.validate_request(request)
            verdict = "pass"
        except Exception as error:  # every reason counts, its own faults included
            verdict = first_line(error)
        print(json.dumps(verdict), flush=True)


main()
