import hashlib
from contextlib import asynccontextmanager

from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.greeting = "hello"
    yield
    print("lifespan is over", flush=True)


app = FastAPI(lifespan=lifespan)

PIECE = bytes(range(256)) * 256


class Item(BaseModel):
    name: str
    price: float


@app.get("/hello/{name}")
async def hello(name: str, request: Request):
    return {request.app.state.greeting: name}


@app.get("/sync/{name}")
def hello_in_thread(name: str):
    return {"hello": name}


@app.post("/items")
async def create(item: Item):
    return item


@app.post("/upload")
async def upload(file: UploadFile = File(), note: str = Form()):
    digest, length = hashlib.sha256(), 0
    while chunk := await file.read(65536):
        digest.update(chunk)
        length += len(chunk)
    return {"length": length, "sha256": digest.hexdigest(), "note": note}


@app.get("/download/{count}")
async def download(count: int):
    """Streams `count` pieces of 64 KiB."""

    async def pieces():
        for _ in range(count):
            yield PIECE

    return StreamingResponse(pieces(), media_type="application/octet-stream")


@app.get("/fail")
async def fail():
    raise RuntimeError("failing on purpose")
