"""Reads a T-Union card by PC/SC: its number, its balance, its log.

Usage: python3 read_card.py [PART OF THE READER'S NAME]
"""

import sys

from smartcard.Exceptions import CardConnectionException, NoCardException
from smartcard.System import readers

TYPES = {0x02: "load", 0x06: "purchase", 0x09: "composite purchase"}


def find_reader(part):
    found = readers()
    for reader in found:
        if part in str(reader):
            return reader
    sys.exit(f"no reader with {part!r} in its name, only: {[str(reader) for reader in found]}")


def ask(connection, command):
    """Sends a command in hexadecimal; its answer, without the status word, if that is 9000."""
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
    if (sw1, sw2) != (0x90, 0x00):
        raise ValueError(f"{command}: the card answers {sw1:02X}{sw2:02X}")
    return bytes(data)


def yuan(fen):
    return f"{int.from_bytes(fen, 'big') / 100:.2f}"


def day(bcd):
    digits = bcd.hex()
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def clock(bcd):
    digits = bcd.hex()
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:]}"


def main():
    reader = find_reader(sys.argv[1] if len(sys.argv) > 1 else "Virtual PCD")
    connection = reader.createConnection()
    try:
        connection.connect()
    except (NoCardException, CardConnectionException) as error:
        sys.exit(f"no card in {reader}: {error}")

    # The e-purse is selected by its name; everything else is answered only after that.
    ask(connection, "00A4040008 A000000632010105")

    # EF 15: issuer 8, type 1, enabled 1, card number 10, valid from 4, valid to 4, issuer's 2.
    info = ask(connection, "00B095001E")
    print("card    ", info[10:20].hex()[1:])
    print("valid   ", day(info[20:24]), "to", day(info[24:28]))

    # GET BALANCE: what can be spent, the overdraft included, and what is on the card.
    print("balance ", yuan(ask(connection, "805C030204")))
    print("to spend", yuan(ask(connection, "805C000204")))

    # EF 18: ten records of 23 bytes, the newest first; unused ones are zero. In each: sequence 2,
    # overdraft limit 3, amount 4, type 1, terminal 6, date 4, time 3.
    for number in range(1, 11):
        log = ask(connection, f"00B2{number:02X}C417")
        if not any(log):
            break
        kind = TYPES.get(log[9], f"type {log[9]:02X}")
        sequence = int.from_bytes(log[:2], "big")
        when = f"{day(log[16:20])} {clock(log[20:23])}"
        print(f"log {number:2}   {when}  {kind} {yuan(log[5:9])}  at {log[10:16].hex()}, sequence {sequence}")

    connection.disconnect()


if __name__ == "__main__":
    main()
