"""What the OWASP Core Rule Set, as libmodsecurity runs it, says of texts: peer.py FOLDER < asked > answered.

FOLDER is where Debian's `modsecurity-crs` was unpacked. A line that is read is
`{"case": N, "place": "body" or "query", "json": TEXT, "query": TEXT}`; the line that is written is
`{"case": N, "found": RULES or null, "look_ns": CPU}`. The rules run as they come: paranoia level 1, and
a transaction is blocked as soon as its anomaly score reaches 5. With `--version` it says what runs.
"""

import json
import pathlib
import re
import sys
import time

from libmodsecurity import ModSecurity, RulesSet, Transaction

# What the rules presuppose: bodies are read, JSON as JSON, and none of our sizes is over a limit.
ENGINE = """
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 8388608
SecRequestBodyNoFilesLimit 8388608
SecRequestBodyLimitAction Reject
SecResponseBodyAccess Off
SecAuditEngine Off
SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecRule REQUEST_HEADERS:Content-Type "@beginsWith application/json" \\
    "id:1,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
"""

HEADERS = (
    ("Host", "api.example.com"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    ("Accept", "application/json"),
)

# Rules that say the sum of the others.
SUMS = range(949000, 981000)

# Rules on the countries of addresses: this build has no such database.
LEFT_OUT = "REQUEST-910-IP-REPUTATION.conf"


def load(folder):
    """The rules on requests, in the order in which Debian's package loads them."""
    rules = RulesSet()
    if rules.load(ENGINE) < 0:
        raise SystemExit(rules.get_parser_error())
    files = [folder / "etc/modsecurity/crs/crs-setup.conf"]
    every = (folder / "usr/share/modsecurity-crs/rules").glob("REQUEST-*.conf")
    files += sorted(file for file in every if file.name != LEFT_OUT)
    for file in files:
        if rules.load_from_uri(str(file)) < 0:
            raise SystemExit(f"{file}: {rules.get_parser_error()}")
    return rules


def version(folder):
    """What the rules call themselves."""
    first = folder / "usr/share/modsecurity-crs/rules/REQUEST-901-INITIALIZATION.conf"
    named = re.search(r"ver:'(OWASP_CRS/[^']+)'", first.read_text(encoding="utf-8"))
    return named.group(1) if named else "OWASP_CRS"


def judge(engine, rules, asked):
    """The rules that fired if the transaction is blocked, else None."""
    is_body = asked["place"] == "body"
    target = "/items" if is_body else "/items?" + asked["query"]
    transaction = Transaction(engine, rules)
    transaction.process_connection("192.0.2.7", 40000, "192.0.2.1", 80)
    transaction.process_uri(target, "POST" if is_body else "GET", "1.1")
    for name, value in HEADERS:
        transaction.add_request_header(name, value)
    body = asked["json"].encode() if is_body else b""
    if is_body:
        transaction.add_request_header("Content-Type", "application/json")
        transaction.add_request_header("Content-Length", str(len(body)))
    transaction.process_request_headers()
    blocked = transaction.intervention()
    if blocked is None:
        if is_body:
            transaction.append_request_body(body)
        transaction.process_request_body()
        blocked = transaction.intervention()
    if blocked is None or not blocked.disruptive:
        return None
    fired = {message.rule_id for message in transaction.get_rule_messages()}
    return " ".join(str(rule) for rule in sorted(fired) if rule not in SUMS)


def main():
    engine = ModSecurity()
    rules = load(pathlib.Path(sys.argv[1]))
    if "--version" in sys.argv:
        print(f"{engine.who_am_i()}, {version(pathlib.Path(sys.argv[1]))}")
        return
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.thread_time_ns()
        found = judge(engine, rules, asked)
        spent = time.thread_time_ns() - started
        print(json.dumps({"case": asked["case"], "found": found, "look_ns": spent}), flush=True)


main()
