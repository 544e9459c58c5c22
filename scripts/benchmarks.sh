#!/usr/bin/env bash
# Runs every bench, counts instructions, and writes the ratios into docs/benchmarks.md, between its two marks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=docs/benchmarks.md
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cargo bench -p tunion-benches 2>&1 | tee "$out/benches"
counted=0
scripts/instructions.sh | tee "$out/instructions" || counted=$?
{
  echo '```text'
  printf '%s, %s cores, %s\n\n' "$(rustc -V)" "$(nproc)" "$(uname -m)"
  # A ratio's line has its two times and its quartiles.
  grep -E '/ .* = [0-9]+\.[0-9]{3} \(' "$out/benches"
  echo
  if ((counted == 77)); then echo 'no valgrind here: no instruction was counted'; else cat "$out/instructions"; fi
  echo '```'
} >"$out/block"
awk -v block="$out/block" '
  /<!-- measured -->/ { print; while ((getline line <block) > 0) print line; skip = 1; next }
  /<!-- end -->/ { skip = 0 }
  !skip' "$page" >"$out/page"
cp "$out/page" "$page"
((counted == 77)) || exit "$counted"
