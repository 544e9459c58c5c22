#!/usr/bin/env bash
# What card and PSAM take on a Cortex-M4 (docs/size.md): code, constants, stack frames, and, in QEMU, the
# stack in use when it was deepest. RUSTC_BOOTSTRAP because `-Z emit-stack-sizes` is not stable; rustup's
# target thumbv7em-none-eabi, llvm-readobj, nm, size and qemu-system-arm have to be there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_INCREMENTAL=0 RUSTC_BOOTSTRAP=1
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tunion-target}/size
arm=thumbv7em-none-eabi
readobj=$(compgen -c llvm-readobj | sort -V | tail -1)
qemu=(timeout 120 qemu-system-arm -M mps2-an386 -cpu cortex-m4 -nographic -monitor none -serial none
  -semihosting-config "enable=on,target=native" -kernel)
# Frames of freestanding/src/no_panic.rs, one a line: to whom, length, command.
frames='
  00 0E00 00A4040008 A000000632010105 00
  00 0900 0020000004 39393939
  00 1100 805003020B 01 00000000 100000000001 0F
  01 0700 00A4000002 8011
  01 2A00 8070000024 11223344 0006 00000001 09 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF 08
'
frames=$(tr -d ' \n' <<<"$frames" | sed 's/../\\x&/g')

rustc -V
for level in '"s"' 3; do
  for program in no-panic tunion-freestanding; do
    cargo rustc -q --profile no-panic --config "profile.no-panic.opt-level=$level" --manifest-path freestanding/Cargo.toml \
      --bin "$program" --target "$arm" --target-dir "$target" -- -Zemit-stack-sizes
  done
  programs=$target/$arm/no-panic
  echo
  echo "opt-level $level, no-panic: one card, one PSAM, and reading frames"
  size -A "$programs/no-panic" | grep -E '^\.(text|rodata|data|bss) '
  echo "its largest constants"
  nm -CS --size-sort -r "$programs/no-panic" | awk '$3 ~ /[rR]/ && n++ < 3 { print "0x" $2, $4 }' |
    while read -r bytes name; do printf '%7d  %s\n' "$bytes" "$name"; done
  echo "its largest stack frames"
  "$readobj" --stack-sizes --demangle "$programs/no-panic" |
    awk '/Functions:/ { name = $0; sub(/.*Functions: \[/, "", name); sub(/\]$/, "", name) }
         /^ *Size:/ { print $2, name }' |
    while read -r bytes name; do printf '%7d  %s\n' "$bytes" "$name"; done | sort -rn | head -8 | cut -c1-100
  echo "its stack when it was deepest, personalisation included: SELECT, a wrong PIN, INIT; the PSAM's SELECT and INIT"
  printf '%b' "$frames" | "${qemu[@]}" "$programs/no-panic" | tail -c 4 | od -An -tu4
  echo "the transcript in QEMU, in hexadecimal bytes"
  "${qemu[@]}" "$programs/tunion-freestanding" </dev/null | grep -E '^(stack|card|psam|answer) '
done
