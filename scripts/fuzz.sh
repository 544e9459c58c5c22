#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh [SECONDS [TARGET ...]], 30 seconds and all by default.
# What it finds lies in fuzz/artifacts, and the line that plays it again is printed. docs/fuzzing.md says more.
# Exits with 77 when cargo-fuzz is not there.
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
cargo fuzz build "${flags[@]}"
for target in "${targets[@]}"; do
  # New finds go to a folder outside the repository's corpus, which is only read.
  found=$(mktemp -d)
  printf '\n== %s: %s s, %d inputs to start from\n' "$target" "$seconds" "$(find "fuzz/corpus/$target" -type f 2>/dev/null | wc -l)"
  cargo fuzz run "${flags[@]}" "$target" "$found" "fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 2>&1 |
    grep -E 'panicked|^thread|ERROR|artifact|differs|answered|Running|stat::number_of_executed|stat::average_exec|cov:.*(DONE|INITED)|DONE' |
    cut -c1-400
  rm -rf "$found"
done
