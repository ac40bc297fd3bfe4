"""A small HTTP/1.1 load client of its own, so that product and floor are driven by the same hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass
class Load:
    """What a run of requests came to; latencies in milliseconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        return median(self.latencies)

    @property
    def p95(self) -> float:
        return quantiles(self.latencies, n=20)[-1]


Request = Callable[[int], bytes]
"""The bytes of the n-th request."""


def post(host: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [
        f"{name}: {value}" for name, value in {"Content-Type": "application/json", **(headers or {})}.items()
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def get(host: str, path: str, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode()


def closed_loop(port: int, request: Request, *, clients: int, seconds: float) -> Load:
    """Each client sends its next request when the last one was answered, on one connection that stays open."""
    return asyncio.run(_closed_loop(port, request, clients, seconds))


async def _closed_loop(port: int, request: Request, clients: int, seconds: float) -> Load:
    load = Load()
    numbers = iter(range(1_000_000_000))
    begun = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - begun < seconds:
            sent = time.perf_counter()
            writer.write(request(next(numbers)))
            status, _body = await read_response(reader)
            load.latencies.append((time.perf_counter() - sent) * 1000)
            load.refused += status >= 400
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    load.seconds = time.perf_counter() - begun
    return load


def open_loop(port: int, request: Request, *, rate: float, count: int) -> Load:
    """`count` requests at `rate` a second whether or not earlier ones were answered, each on its own connection."""
    return asyncio.run(_open_loop(port, request, rate, count))


async def _open_loop(port: int, request: Request, rate: float, count: int) -> Load:
    load = Load()
    begun = time.perf_counter()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        sent = time.perf_counter()
        status, _body = await exchange(port, request(number))
        load.latencies.append((time.perf_counter() - sent) * 1000)
        load.refused += status >= 400

    await asyncio.gather(*(one(number) for number in range(count)))
    load.seconds = time.perf_counter() - begun
    return load


async def exchange(port: int, request: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await read_response(reader)
    writer.close()
    return answer


async def read_response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        return status, await _read_chunks(reader)
    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lower else 0
    return status, await reader.readexactly(length)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body
