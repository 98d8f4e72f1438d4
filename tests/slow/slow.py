"""Holds slow connections open beside clients that ask as usual: the slow ones are closed within 15 s, and the 99th percentile of the
others stays below twice what it is without them. Standard library only.

A slow connection is of one of four kinds: it sends nothing, a byte of the head each second, the head and then a byte of the body each
second, or the head and nothing of the body. Rounds with and without them take turns, so that what else the machine does is in both."""

import asyncio
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time

from service import start_demo

CLOSED_WITHIN = 15.0  # seconds
TIMES = 2.0  # how much longer the 99th percentile may be
ROUNDS = 3
ASKS = 1_500  # in each half of a round
CLIENTS = 4
HEAD = "POST /v1/signals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n" \
       "Idempotency-Key: {key}\r\nContent-Length: 200\r\n\r\n"


async def ask(port, token, count):
    """Reads a list again and again on one connection; the seconds that each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /v1/worklist HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    took = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if not head.startswith("http/1.1 200"):
            sys.exit(f"a client that asks as usual was answered: {head.splitlines()[0]}")
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - began)
    writer.close()
    return took


async def percentile(port, token):
    took = await asyncio.gather(*(ask(port, token, ASKS // CLIENTS) for _ in range(CLIENTS)))
    return statistics.quantiles(sum(took, []), n=100)[98]


async def slow(port, token, number, opened):
    """The seconds after which the service closed the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    opened.release()
    began = time.monotonic()
    head = HEAD.format(token=token, key=f"slow-{os.getpid()}-{number}").encode()
    kind = number % 4
    drips = {0: b"", 1: head, 2: b"x" * 200, 3: b""}[kind]
    with contextlib.suppress(ConnectionError):
        if kind >= 2:
            writer.write(head)
        closed = asyncio.ensure_future(reader.read())
        for byte in drips:
            done, _ = await asyncio.wait([closed], timeout=1)
            if done:
                break
            writer.write(bytes([byte]))
        # It is closed once all that there was is read; one that stays open is told at the end.
        await asyncio.wait_for(asyncio.shield(closed), 60)
    writer.close()
    return kind, time.monotonic() - began


async def play(port, token, count):
    await percentile(port, token)
    alone, beside, lasted = [], [], []
    for turn in range(ROUNDS):
        alone.append(await percentile(port, token))
        opened = asyncio.Semaphore(0)
        slow_ones = [asyncio.ensure_future(slow(port, token, turn * count + number, opened)) for number in range(count)]
        for _ in range(count):
            await opened.acquire()
        beside.append(await percentile(port, token))
        lasted += await asyncio.gather(*slow_ones)
    return alone, beside, lasted


def main(binary, folder, count):
    data = os.path.join(folder, "data")
    process, port = start_demo(binary, data)
    try:
        token = subprocess.run([binary, "token", "coordinator-rotterdam", "--data", data],
                               capture_output=True, text=True, check=True).stdout.strip()
        alone, beside, lasted = asyncio.run(play(port, token, count))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    times = statistics.median(with_them / without for without, with_them in zip(alone, beside))
    for kind, name in enumerate(["nothing", "a head by bytes", "a body by bytes", "a head alone"]):
        longest = max(seconds for of, seconds in lasted if of == kind)
        print(f"{count // 4} connections with {name}: the last was closed after {longest:.1f} s")
    print(f"the 99th percentile of others is {times:.2f} times what it is alone "
          f"({statistics.median(alone) * 1e3:.1f} and {statistics.median(beside) * 1e3:.1f} ms, {ROUNDS} rounds)")
    if max(seconds for _, seconds in lasted) > CLOSED_WITHIN:
        sys.exit(f"a slow connection stayed open for more than {CLOSED_WITHIN} s")
    if times >= TIMES:
        sys.exit(f"others wait {TIMES} times as long or longer")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
