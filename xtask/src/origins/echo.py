"""What a server understood of a request, as JSON in hexadecimal. Three faces: WSGI, ASGI, tornado."""

import email.parser
import email.policy
import json
import sys
from urllib.parse import parse_qsl


def hexed(value):
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    return value.hex()


def pairs(text):
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    found = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return [[hexed(name), hexed(value)] for name, value in found]


def parts(label, body):
    whole = b"Content-Type: " + label.encode("latin-1") + b"\r\n\r\n" + body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        found.append([hexed(name or ""), hexed(part.get_filename() or ""), hexed(content)])
    return found


def seen(method, path, query, headers, body):
    label = next((value for name, value in headers if name == "content-type"), b"").decode("latin-1")
    kind = label.split(";")[0].strip().lower()
    return {
        "method": method,
        "path": hexed(path),
        "pairs": pairs(query),
        "headers": [[name, hexed(value)] for name, value in headers],
        "body": hexed(body),
        "json": json.dumps(json.loads(body)) if kind == "application/json" and body else None,
        "form": pairs(body) if kind == "application/x-www-form-urlencoded" else None,
        "parts": parts(label, body) if kind == "multipart/form-data" else None,
    }


def answer(what):
    return json.dumps({"seen": json.dumps(what).encode().hex()}).encode()


def wsgi(environ, start_response):
    headers = []
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            key = key[5:]
        elif key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            continue
        if value:
            headers.append((key.lower().replace("_", "-"), value.encode("latin-1")))
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    out = answer(
        seen(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].encode("latin-1"),
            environ["QUERY_STRING"],
            headers,
            body,
        )
    )
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(out)))])
    return [out]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(name.decode("latin-1"), value) for name, value in scope["headers"]]
    out = answer(seen(scope["method"], scope["path"], scope["query_string"], headers, body))
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(out)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": out})


def tornado_server(port):
    import asyncio

    import tornado.escape
    import tornado.httputil
    import tornado.web

    class Echo(tornado.web.RequestHandler):
        def check_xsrf_cookie(self):
            pass

        def any(self):
            request = self.request
            headers = [(n.lower(), v.encode("latin-1")) for n, v in request.headers.get_all()]
            what = seen(
                request.method,
                tornado.escape.url_unescape(request.path, encoding=None, plus=False),
                "",
                headers,
                request.body,
            )
            found = request.query_arguments.items()
            what["pairs"] = [[hexed(n), hexed(v)] for n, values in found for v in values]
            if what["form"] is not None:
                found = request.body_arguments.items()
                what["form"] = [[hexed(n), hexed(v)] for n, values in found for v in values]
            if what["parts"] is not None:
                found = request.body_arguments.items()
                what["parts"] = [[hexed(n), "", hexed(v)] for n, values in found for v in values]
                for name, files in request.files.items():
                    what["parts"] += [[hexed(name), hexed(f.filename), hexed(f.body)] for f in files]
            self.set_header("Content-Type", "application/json")
            self.write(answer(what))

        get = post = put = patch = delete = options = any

    async def main():
        tornado.web.Application([(r".*", Echo)]).listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(main())


if __name__ == "__main__":
    tornado_server(int(sys.argv[1]))
