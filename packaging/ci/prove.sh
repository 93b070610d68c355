#!/usr/bin/env bash
# Attacks an API, directly and through a gateway with its policy; keeps what was seen as evidence; says whether a build
# may go on. What it reads are variables, so that any CI can set them:
#
#   DIRECT        the API, on this machine: http://127.0.0.1:3000
#   CONFIG        the policy file                                   [portcullis.yaml]
#   IDENTITIES    who calls, in the form of Web Fuzzing Commons     [nobody]
#   ATTACKS       a folder of attack files                          [those that are made for the API]
#   EVIDENCE      where evidence is kept                            [evidence.jsonl]
#   EVIDENCE_KEY  the private key that signs it                     [no evidence is kept]
#   EVIDENCE_PUBLIC_KEY  the public key that checks it              [EVIDENCE_KEY with .pub behind it]
#   FAIL_FROM     low, medium, high: how bad it must be to fail     [low]
#   ALLOW         words that `evidence check` does not complain of  [none]
#   SARIF         where findings go                                 [portcullis.sarif]
#   PORTCULLIS    the program                                       [portcullis]
#
# Ends with 0 if nothing comes through and the evidence holds, 1 if not, 2 if nothing could be tried.
set -euo pipefail

program=${PORTCULLIS:-portcullis}
config=${CONFIG:-portcullis.yaml}
evidence=${EVIDENCE:-evidence.jsonl}
sarif=${SARIF:-portcullis.sarif}
if [[ -z ${DIRECT:-} ]]; then
    echo "DIRECT names the API, such as http://127.0.0.1:3000" >&2
    exit 2
fi

run=(attack -c "$config" --direct "$DIRECT" --fail-from "${FAIL_FROM:-low}" --format sarif)
check=(evidence check "$evidence" -c "$config")
if [[ -n ${IDENTITIES:-} ]]; then run+=(--identities "$IDENTITIES"); fi
if [[ -n ${ATTACKS:-} ]]; then
    run+=(--attacks "$ATTACKS")
    check+=(--attacks "$ATTACKS")
fi
if [[ -n ${EVIDENCE_KEY:-} ]]; then
    run+=(--evidence "$evidence" --evidence-key "$EVIDENCE_KEY")
    check+=(--key "${EVIDENCE_PUBLIC_KEY:-$EVIDENCE_KEY.pub}")
fi
for word in ${ALLOW:-}; do check+=(--allow "$word"); done

attacked=0
"$program" "${run[@]}" > "$sarif" || attacked=$?
if [[ $attacked -gt 1 ]]; then
    # What says nothing is nothing to upload.
    rm -f -- "$sarif"
    exit "$attacked"
fi

checked=0
if [[ -n ${EVIDENCE_KEY:-} ]]; then
    "$program" "${check[@]}" || checked=$?
fi
if [[ $checked -gt $attacked ]]; then exit "$checked"; fi
exit "$attacked"
