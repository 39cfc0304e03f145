from pyramid.config import Configurator
from pyramid.response import Response


def hello(request):
    return {"hello": request.matchdict["name"]}


def echo(request):
    return request.json_body


def stream(request):
    parts = (part for part in (b"one\n", b"two\n", b"three\n"))
    return Response(app_iter=parts, content_type="text/plain")


def fail(request):
    raise RuntimeError("failing on purpose")


def main():
    with Configurator() as config:
        config.add_route("hello", "/hello/{name}")
        config.add_route("echo", "/echo", request_method="POST")
        config.add_route("stream", "/stream")
        config.add_route("fail", "/fail")
        config.add_view(hello, route_name="hello", renderer="json")
        config.add_view(echo, route_name="echo", renderer="json")
        config.add_view(stream, route_name="stream")
        config.add_view(fail, route_name="fail")
        return config.make_wsgi_app()


app = main()
