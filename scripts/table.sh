#!/usr/bin/env bash
# Runs `tunion tear` or `tunion pull` whole and holds the table on its page to what it prints:
# scripts/table.sh tear|pull [--write]; with --write what it prints is put there.
# Ends with 1 when a rule was broken or the page differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in tear | pull) ;; *) echo "which table? scripts/table.sh tear|pull [--write]" >&2 && exit 2 ;; esac
page=docs/$1.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT

table=$(cargo run --release --quiet -- "$1")
table=$table awk '
  /^<!-- end of the table -->$/ { inside = 0 }
  !inside { print }
  /^<!-- table: / { inside = 1; print "\n```text\n" ENVIRON["table"] "\n```\n" }
' "$page" >"$new"
if [[ ${2-} == --write ]]; then
  cp "$new" "$page"
elif ! diff -u "$page" "$new"; then
  echo "$page is not what tunion $1 prints: scripts/table.sh $1 --write, and read what changed" >&2
  exit 1
fi
