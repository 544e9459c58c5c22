#!/usr/bin/env bash
# Pulls cards in every flow at every profile and holds the table in docs/pull.md to what `tunion pull` prints.
# `scripts/pull.sh --write` puts what it prints there. Ends with 1 when a rule was broken or the page differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=docs/pull.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT

table=$(cargo run --release --quiet -- pull)
table=$table awk '
  /^<!-- end of the table -->$/ { inside = 0 }
  !inside { print }
  /^<!-- table: / { inside = 1; print "\n```text\n" ENVIRON["table"] "\n```\n" }
' "$page" >"$new"
if [[ ${1-} == --write ]]; then
  cp "$new" "$page"
elif ! diff -u "$page" "$new"; then
  echo "$page is not what tunion pull prints: scripts/pull.sh --write, and read what changed" >&2
  exit 1
fi
