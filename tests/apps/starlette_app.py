import asyncio

from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

seen = {"open": 0, "closed": 0}


async def events(request):
    """Server-sent events without an end; `closed` counts the clients that left."""

    async def stream():
        seen["open"] += 1
        number = 0
        try:
            while True:
                number += 1
                yield f"id: {number}\ndata: event {number}\n\n"
                await asyncio.sleep(0.01)
        finally:
            seen["closed"] += 1

    return StreamingResponse(stream(), media_type="text/event-stream")


async def counts(request):
    return JSONResponse(seen)


app = Starlette(routes=[Route("/events", events), Route("/counts", counts)])
