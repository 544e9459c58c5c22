"""Loads 50.00 onto the card in a PC/SC reader as the issuer's host would, then times GET BALANCE.

The keys are the test keys of fixtures/keys/lab.toml. The cryptography is openssl's and stands here a second
time, so that it is a second opinion on the simulator's (docs/spec/card.md 4).

Usage: python3 pcsc_load.py KEYS.toml [PART OF THE READER'S NAME]
"""

import re
import subprocess
import sys
import time

from smartcard.System import readers

AMOUNT = 5000
TERMINAL = bytes.fromhex("100000000001")
WHEN = bytes.fromhex("20261123080500")


def des(key, data):
    """ECB; a key of 8 bytes is single DES, one of 16 is two-key triple DES."""
    key = key * 3 if len(key) == 8 else key + key[:8]
    command = ["openssl", "enc", "-des-ede3", "-nopad", "-K", key.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def diversify(key, factor):
    return des(key, factor) + des(key, bytes(byte ^ 0xFF for byte in factor))


def mac(key, data):
    data += b"\x80"
    data += bytes(-len(data) % 8)
    state = bytes(8)
    for start in range(0, len(data), 8):
        block = data[start : start + 8]
        state = des(key, bytes(a ^ b for a, b in zip(state, block)))
    return state[:4]


def main():
    (root,) = re.findall(r'(?m)^load = "([0-9A-F]{32})"', open(sys.argv[1], encoding="utf-8").read())
    part = sys.argv[2] if len(sys.argv) > 2 else "Virtual PCD"
    connection = next(reader for reader in readers() if part in str(reader)).createConnection()
    connection.connect()

    def ask(command):
        data, sw1, sw2 = connection.transmit(list(command))
        assert (sw1, sw2) == (0x90, 0x00), f"{command.hex()}: {sw1:02X}{sw2:02X}"
        return bytes(data)

    ask(bytes.fromhex("00A4040008A000000632010105"))
    info = ask(bytes.fromhex("00B095001E"))
    key = diversify(diversify(bytes.fromhex(root), info[:8]), info[12:20])

    amount = AMOUNT.to_bytes(4, "big")
    init = ask(bytes.fromhex("805000020B01") + amount + TERMINAL)
    balance, sequence, random, mac1 = init[:4], init[4:6], init[8:12], init[12:16]
    session = des(key, random + sequence + b"\x80\x00")
    assert mac(session, balance + amount + b"\x02" + TERMINAL) == mac1, "MAC1 of the card is wrong"
    mac2 = mac(session, amount + b"\x02" + TERMINAL + WHEN)
    ask(bytes.fromhex("805200000B") + WHEN + mac2)
    print(f"loaded {AMOUNT / 100:.2f}")

    count = 2000
    start = time.perf_counter()
    for _ in range(count):
        ask(bytes.fromhex("805C030204"))
    print(f"{count / (time.perf_counter() - start):.0f} APDUs in a second")
    connection.disconnect()


if __name__ == "__main__":
    main()
