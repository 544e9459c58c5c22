#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh [SECONDS [TARGET ...]], 30 seconds and all by default.
# What it finds lies in fuzz/artifacts, and the line that plays it again is printed. docs/fuzzing.md says more.
# With FUZZ_KEEP=FOLDER what it learned is copied there. Exits with 77 when cargo-fuzz is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-30}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')

if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "SKIPPED: no cargo-fuzz here; \"cargo install cargo-fuzz\" brings it"
  exit 77
fi
target_dir=${CARGO_TARGET_DIR:-$PWD/fuzz/target}/fuzz
# Nothing here is unsafe, so no sanitizer: then the stable toolchain will do.
flags=(--fuzz-dir fuzz --sanitizer none --target-dir "$target_dir")
cargo fuzz build "${flags[@]}" 2>&1 | tail -1
for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target"
  # New finds go to a folder outside the repository's corpus, which is only read.
  found=$(mktemp -d)
  log=$(mktemp)
  inputs=$(find "fuzz/corpus/$target" -type f | wc -l)
  if ! cargo fuzz run "${flags[@]}" "$target" "$found" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1; then
    grep -vE '^(#|INFO|\s+(Compiling|Finished|Running))' "$log" | cut -c1-2000 | head -80
    echo "$target: FOUND SOMETHING, or did not run; docs/fuzzing.md says how to play it again"
    exit 1
  fi
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -1)
  printf '%-12s %s s, %d inputs to start from, %s executed, %s\n' "$target" "$seconds" "$inputs" "$executed" "$covered"
  if [[ -n ${FUZZ_KEEP:-} ]]; then mkdir -p "$FUZZ_KEEP/$target" && cp -r "$found/." "$FUZZ_KEEP/$target/"; fi
  rm -rf "$found" "$log"
done
