#!/usr/bin/env bash
# Audits what lies in a build: OpenAPI documents, secrets, links to storage; with a policy also what it relaxes, and the
# checklist. Writes SARIF for the code host and, if wanted, JUnit's XML for the build server. What it reads are variables:
#
#   PATHS         files and folders, one a line                     [.]
#   CONFIG        a policy file                                     [none]
#   DENY          low, medium, high, critical: what fails           [high]
#   BASELINE      secrets that may stay                             [none]
#   EVIDENCE      evidence of attacks on the policy                 [none]
#   EVIDENCE_PUBLIC_KEY  the public key that signed it              [none]
#   SARIF         where findings go                                 [portcullis-audit.sarif]
#   JUNIT         where test cases go                               [nowhere]
#   PORTCULLIS    the program                                       [portcullis]
#
# Ends with 0 if nothing that bad was found and no answer is no, 1 if not, 2 if nothing could be looked at.
set -euo pipefail

program=${PORTCULLIS:-portcullis}
sarif=${SARIF:-portcullis-audit.sarif}
run=(audit --deny "${DENY:-high}")
if [[ -n ${CONFIG:-} ]]; then run+=(-c "$CONFIG"); fi
if [[ -n ${BASELINE:-} ]]; then run+=(--baseline "$BASELINE"); fi
if [[ -n ${EVIDENCE:-} ]]; then run+=(--evidence "$EVIDENCE" --evidence-key "${EVIDENCE_PUBLIC_KEY:-}"); fi
mapfile -t paths <<< "${PATHS:-.}"
# What stands behind `--` is a path, whatever it begins with.
paths=(-- "${paths[@]}")

if [[ -n ${JUNIT:-} ]]; then "$program" "${run[@]}" --format junit "${paths[@]}" > "$JUNIT" || true; fi
audited=0
"$program" "${run[@]}" --format sarif "${paths[@]}" > "$sarif" || audited=$?
if [[ $audited -gt 1 ]]; then
    # What says nothing is nothing to upload.
    rm -f -- "$sarif" ${JUNIT:+"$JUNIT"}
fi
exit "$audited"
