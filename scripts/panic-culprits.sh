#!/usr/bin/env bash
# Where a panic can still be reached in no-panic (docs/no-panic.md): builds it for x86_64 without
# forbidding panics, so that it links, and names each call of a function of core that panics, with its line.
# Arguments go to cargo, for example `--config profile.no-panic.opt-level=2`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_INCREMENTAL=0
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tunion-target}/culprits
cargo rustc -q --profile no-panic --manifest-path freestanding/Cargo.toml --bin no-panic --target-dir "$target" "$@" \
  -- -Cdebuginfo=line-tables-only -Cstrip=none
program=$target/no-panic/no-panic
calls=$(objdump -dC --no-show-raw-insn "$program" |
  awk '/^[0-9a-f]+ <.*>:$/ { name = $0; sub(/^[0-9a-f]+ /, "", name) }
       /(call|jmp) .*<core::.*(panic|fail|expect|unwrap)/ && name !~ /^<core::(panicking|slice|result|option|cell|str)::/ {
         at = $1; sub(/:$/, "", at); call = $0; sub(/^[^<]*/, "", call); print at, name, call }')
if [[ -z $calls ]]; then
  echo "no call of anything that panics"
  exit
fi
while read -r at call; do
  echo "$call"
  addr2line -Cipfe "$program" "$at" | sed 's/^/    /' | cut -c1-160
done <<<"$calls"
