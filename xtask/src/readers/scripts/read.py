"""What parsers of Python read: read.py PARSER < texts > readings, a line each.

A line of texts is the media type and the text, in hexadecimal. A reading is a value as `tree.rs` says, or `!` and why not.
"""

import io
import json
import posixpath
import struct
import sys
import urllib.parse
import xml.etree.ElementTree as etree


def hexed(value):
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    return bytes(value).hex()


def tree(value):
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return f"#i{value}"
    if isinstance(value, float):
        return "#d" + struct.pack(">d", value).hex()
    if isinstance(value, (str, bytes)):
        return '"' + hexed(value)
    if isinstance(value, list):
        return "[" + ",".join(map(tree, value)) + "]"
    members = sorted((hexed(name), tree(member)) for name, member in value.items())
    return "{" + ",".join(f"{name}:{member}" for name, member in members) + "}"


def grouped(pairs):
    """Pairs of one name beside one another, in the order in which they came."""
    return sorted(([name, value] for name, value in pairs), key=lambda pair: hexed(pair[0]))


def read_json(_label, text):
    return json.loads(text)


def read_orjson(_label, text):
    import orjson

    return orjson.loads(text)


def read_pairs(_label, text):
    found = urllib.parse.parse_qsl(text.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
    return grouped((name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")) for name, value in found)


def read_werkzeug_pairs(_label, text):
    from werkzeug.datastructures import MultiDict
    from werkzeug.formparser import parse_form_data

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(text)),
        "wsgi.input": io.BytesIO(text),
    }
    _stream, form, _files = parse_form_data(environ, cls=MultiDict)
    return grouped(form.items(multi=True))


def read_werkzeug(label, text):
    from werkzeug.formparser import MultiPartParser

    from werkzeug.http import parse_options_header

    boundary = parse_options_header(label.decode("latin-1"))[1]["boundary"].encode("latin-1")
    form, files = MultiPartParser().parse(io.BytesIO(text), boundary, len(text))
    out = [[name, [value]] for name, value in form.items(multi=True)]
    out += [[name, [file.read(), file.filename]] for name, file in files.items(multi=True)]
    return grouped(out)


def read_multipart(label, text):
    """python-multipart, as Starlette and FastAPI use it."""
    from python_multipart.multipart import MultipartParser, parse_options_header

    _kind, options = parse_options_header(label)
    out, head, field, value = [], {}, bytearray(), bytearray()
    content = bytearray()

    def on_header_end():
        head[bytes(field).lower()] = bytes(value)
        field.clear()
        value.clear()

    def on_part_begin():
        head.clear()
        content.clear()

    def on_part_end():
        _form, said = parse_options_header(head[b"content-disposition"])
        reading = [bytes(content)]
        if b"filename" in said:
            reading.append(said[b"filename"])
        out.append([said[b"name"], reading])

    parser = MultipartParser(
        options[b"boundary"],
        {
            "on_part_begin": on_part_begin,
            "on_part_data": lambda data, start, end: content.extend(data[start:end]),
            "on_part_end": on_part_end,
            "on_header_field": lambda data, start, end: field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": on_header_end,
        },
    )
    parser.write(text)
    parser.finalize()
    return grouped(out)


def read_path(_label, text):
    path = urllib.parse.urlsplit(text.decode("latin-1")).path
    decoded = urllib.parse.unquote_to_bytes(path)
    normal = posixpath.normpath(decoded)
    if decoded.endswith(b"/") and normal != b"/":
        normal += b"/"
    return normal.split(b"/")[1:]


def read_xml(_label, text):
    def element(one):
        space, _, local = one.tag.rpartition("}")
        attributes = {}
        for name, value in one.attrib.items():
            its, _, word = name.rpartition("}")
            attributes[its.lstrip("{") + "|" + word] = value
        out = [space.lstrip("{"), local, attributes]
        if one.text:
            out.append(one.text)
        for child in one:
            out.append(element(child))
            if child.tail:
                out.append(child.tail)
        return out

    return element(etree.fromstring(text))


READERS = {
    "json": read_json,
    "orjson": read_orjson,
    "pairs": read_pairs,
    "werkzeug-pairs": read_werkzeug_pairs,
    "werkzeug": read_werkzeug,
    "multipart": read_multipart,
    "path": read_path,
    "xml": read_xml,
}


def main():
    read = READERS[sys.argv[1]]
    for line in sys.stdin:
        label, text = (bytes.fromhex(word) for word in line.rstrip("\n").split(" "))
        try:
            print(tree(read(label, text)))
        except Exception as error:
            print("!" + type(error).__name__ + ": " + ascii(str(error))[:120])


main()
