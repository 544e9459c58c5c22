"""Reads the balance of a T-Union card over TCP, with Python's own library alone.

Usage: python3 tcp_balance.py HOST PORT
"""

import socket
import struct
import sys


def receive(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            sys.exit("the card is gone")
        data += more
    return data


def ask(connection, command):
    """Sends a command in hexadecimal, gives its answer and its status word."""
    command = bytes.fromhex(command)
    connection.sendall(struct.pack(">H", len(command)) + command)
    (length,) = struct.unpack(">H", receive(connection, 2))
    answer = receive(connection, length)
    return answer[:-2], answer[-2:].hex()


with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as card:
    print("SELECT     ", ask(card, "00A4040008 A000000632010105")[1])
    balance, status = ask(card, "805C030204")
    print("GET BALANCE", status, f"{int.from_bytes(balance, 'big') / 100:.2f}")
