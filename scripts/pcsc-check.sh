#!/usr/bin/env bash
# Serves a card to real programs and holds what they read against docs/pcsc/: over TCP with Python alone, then
# by PC/SC with pcscd, vpcd and pyscard. It installs nothing.
#
# Exit code 0: all of it held. 1: something did not. 77: a part was SKIPPED, with the reason; the rest held.
# TUNION names the program; without it the release build is made and taken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

reader="Virtual PCD"
card=(--card fixtures/cards/student.toml)
scratch=$(mktemp -d)
started=()

stop() {
  local process
  for process in ${started[@]+"${started[@]}"}; do kill "$process" 2>/dev/null || true; done
  wait
  rm -rf "$scratch"
}
trap stop EXIT

fail() {
  printf 'FAILED: %s\n' "$*"
  local log
  for log in serve.out serve.err pcscd.log read.err; do
    if [[ -s $scratch/$log ]]; then printf -- '-- %s\n' "$log"; tail -n 20 "$scratch/$log"; fi
  done
  exit 1
}

skip() {
  printf '\n******** SKIPPED: %s ********\n' "$*"
  exit 77
}

# serve ARGUMENT...: starts the program and waits until it says that the card is there; its id is in $serving.
serve() {
  : >"$scratch/serve.out"
  "$tunion" serve "${card[@]}" "$@" >"$scratch/serve.out" 2>"$scratch/serve.err" &
  serving=$!
  started+=("$serving")
  local _
  for _ in {1..50}; do
    if [[ -s $scratch/serve.out ]]; then return 0; fi
    kill -0 "$serving" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# ends CODE SIGNAL PROCESS: sends the signal, to whichever process, and wants the program to end with the code.
ends() {
  local status=0
  kill -s "$2" "$3"
  wait "$serving" || status=$?
  ((status == $1)) || fail "tunion serve ended with $status, not $1"
}

# same EXPECTED FOUND
same() { diff -u "$1" "$2" || fail "$1 says otherwise"; }

command -v python3 >/dev/null || skip "no python3 on this machine"
if [[ -z ${TUNION-} ]]; then
  cargo build --release --quiet -p tunion
  TUNION=${CARGO_TARGET_DIR:-target}/release/tunion
fi
tunion=$TUNION

echo "TCP, with Python's own library"
serve --tcp 127.0.0.1:0 || fail "tunion serve --tcp does not serve"
port=$(sed -n 's/.* listens on 127\.0\.0\.1:\([0-9]*\);.*/\1/p' "$scratch/serve.out")
python3 docs/pcsc/tcp_balance.py 127.0.0.1 "$port" >"$scratch/tcp.txt" || fail "docs/pcsc/tcp_balance.py"
same docs/pcsc/tcp_balance.txt "$scratch/tcp.txt"
ends 0 INT "$serving"

echo "PC/SC"
command -v pcscd >/dev/null || skip "PC/SC: no pcscd here; Debian has it in the package pcscd"
grep -rqs vpcd /etc/reader.conf.d || skip "PC/SC: no vpcd here; Debian has it in the package vsmartcard-vpcd"
python3 -c "import smartcard" 2>/dev/null || skip "PC/SC: python3 has no pyscard"
command -v openssl >/dev/null || skip "PC/SC: no openssl here, which makes the MACs of the top-up"
((EUID == 0)) || skip "PC/SC: only root can start pcscd"
other=$({ cat /run/pcscd/pcscd.pid 2>/dev/null || true; } | tr -cd 0-9)
if grep -qsx pcscd "/proc/$other/comm"; then
  skip "PC/SC: a pcscd runs here already, stop it first"
fi

pcscd --foreground >"$scratch/pcscd.log" 2>&1 &
pcscd=$!
started+=("$pcscd")
for try in {1..50}; do
  kill -0 "$pcscd" 2>/dev/null || fail "pcscd does not start"
  if serve --vpcd; then break; fi
  # Its reader may not listen yet.
  grep -q "no vpcd reader" "$scratch/serve.err" || fail "tunion serve --vpcd does not serve"
  ((try < 50)) || fail "pcscd has no vpcd reader"
  sleep 0.1
done

# pcscd looks into its readers now and then.
for try in {1..50}; do
  if python3 docs/pcsc/read_card.py "$reader" >"$scratch/new.txt" 2>"$scratch/read.err"; then break; fi
  ((try < 50)) || fail "docs/pcsc/read_card.py finds no card"
  sleep 0.2
done
grep -qx "balance  0.00" "$scratch/new.txt" || fail "a new card is not empty: $(cat "$scratch/new.txt")"
python3 scripts/pcsc_load.py fixtures/keys/lab.toml "$reader" || fail "scripts/pcsc_load.py"
python3 docs/pcsc/read_card.py "$reader" >"$scratch/loaded.txt" || fail "docs/pcsc/read_card.py"
same docs/pcsc/read_card.txt "$scratch/loaded.txt"
cat "$scratch/loaded.txt"

ends 1 TERM "$pcscd"
grep -q "went away" "$scratch/serve.err" || fail "tunion serve does not say that the reader went away"
echo "PC/SC and TCP: all of it held"
