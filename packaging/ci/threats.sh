#!/usr/bin/env bash
# Says what of the threat model is worse than in the one that the repository holds, and whether a build may go on. What it
# reads are variables, so that any CI can set them:
#
#   CONFIG        the policy file                                   [portcullis.yaml]
#   BASELINE      the earlier model, kept in the repository         [threats.json]
#   EVIDENCE      what attacks showed                               [none]
#   EVIDENCE_PUBLIC_KEY  the public key that checks it
#   ALLOW         words that do not stop a build: new-entry ...     [none]
#   DENY          note, low, medium, high, critical: open threats at that level stop a build  [never]
#   BEGIN         yes: write the earlier model where there is none   [no]
#   PORTCULLIS    the program                                       [portcullis]
#
# Ends with 0 if nothing is worse, 1 if something is, 2 if nothing could be looked at. That is also so where there is no
# earlier model: a build would else be green for whoever removes it. BEGIN=yes writes it, once and by hand: commit it.
set -euo pipefail

program=${PORTCULLIS:-portcullis}
baseline=${BASELINE:-threats.json}
from=(-c "${CONFIG:-portcullis.yaml}")
if [[ -n ${EVIDENCE:-} ]]; then
    from+=(--evidence "$EVIDENCE" --evidence-key "${EVIDENCE_PUBLIC_KEY:?names the key that checks EVIDENCE}")
fi

if [[ ! -e $baseline && ${BEGIN:-no} != yes ]]; then
    echo "$baseline is not there, so nothing can be compared; BEGIN=yes writes it" >&2
    exit 2
fi
if [[ ! -e $baseline ]]; then
    "$program" threats "${from[@]}" --format json --output "$baseline"
    echo "wrote $baseline: commit it, and the next run compares with it" >&2
    exit 0
fi

allowed=()
for word in ${ALLOW:-}; do allowed+=(--allow "$word"); done
ended=0
"$program" threats diff --against "$baseline" "${from[@]}" ${allowed[@]+"${allowed[@]}"} || ended=$?
if [[ $ended -eq 0 && -n ${DENY:-} ]]; then
    "$program" threats "${from[@]}" --deny "$DENY" || ended=$?
fi
exit "$ended"
