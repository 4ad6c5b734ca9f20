"""Listens on 127.0.0.1:5432 for a PostgreSQL that has only a socket: `relay.py SOCKET`."""

import asyncio
import sys


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    from_database, to_database = await asyncio.open_unix_connection(sys.argv[1])
    await asyncio.gather(pump(reader, to_database), pump(from_database, writer))


async def main() -> None:
    server = await asyncio.start_server(relay, "127.0.0.1", 5432)
    await server.serve_forever()


asyncio.run(main())
