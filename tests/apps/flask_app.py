import os
import time

from flask import Flask, Response, jsonify, redirect, request

app = Flask(__name__)


@app.get("/")
def index():
    return f"Hello from Flask in process {os.getpid()}\n"


@app.get("/hello/<name>")
def hello(name):
    return jsonify(hello=name)


@app.post("/echo")
def echo():
    return jsonify(request.get_json())


@app.post("/upload")
def upload():
    return jsonify(length=len(request.files["file"].read()), note=request.form["note"])


@app.get("/stream")
def stream():
    return Response((part for part in ("one\n", "two\n", "three\n")), mimetype="text/plain")


@app.get("/redirect")
def to_hello():
    return redirect("/hello/you")


@app.get("/slow")
def slow():
    time.sleep(0.5)
    return "slow"


@app.get("/fail")
def fail():
    raise RuntimeError("failing on purpose")
