#!/usr/bin/env python3
"""Checks a WARC/1.1 file, record by record, and the CDXJ index beside it, against ISO 28500:2017.

    check_warc.py FILE.warc.gz [--index FILE.cdxj] [--counts]

Strict, and independent of the program that wrote the file: only Python's standard library. Prints
what is wrong, with the record's offset, and ends with status 1; with --counts, the records by type.
"""
import argparse
import base64
import hashlib
import json
import re
import sys
import zlib
from collections import Counter

TYPES = {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion",
         "continuation"}
ONCE = {"warc-type", "warc-record-id", "warc-date", "warc-target-uri", "content-length",
        "content-type", "warc-block-digest", "warc-payload-digest", "warc-filename",
        "warc-truncated"}
TRUNCATED = {"length", "time", "disconnect", "unspecified"}
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
                  r"(\.\d{1,9})?Z")
UUID = re.compile(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
MIME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+( *;.*)?")
STATUS = re.compile(rb"HTTP/1\.[01] [1-5]\d\d( [^\r\n]*)?\r\n")
REQUEST = re.compile(rb"[A-Z]+ [^ \r\n]+ HTTP/1\.[01]\r\n")
PIECE = 16 * 1024  # compressed bytes at a time


class Bad(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Bad(what)


def members(data):
    """(offset, length, bytes) of each gzip member; nothing may stand between or behind them."""
    offset = 0
    while offset < len(data):
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        pieces = []
        end = offset
        try:
            while not inflater.eof and end < len(data):
                piece = data[end:end + PIECE]
                pieces.append(inflater.decompress(piece))
                end += len(piece)
        except zlib.error as error:
            raise Bad(f"{offset}: no sound gzip member: {error}") from error
        if not inflater.eof:
            raise Bad(f"{offset}: the gzip member is cut short")
        length = end - len(inflater.unused_data) - offset
        yield offset, length, b"".join(pieces)
        offset += length


def parse_fields(text, what):
    """Lines "name: value", each ended by CRLF, without folding."""
    fields = []
    require(text == "" or text.endswith("\r\n"), f"{what}: the last line has no end")
    for line in text.split("\r\n")[:-1]:
        require("\r" not in line and "\n" not in line, f"{what}: a line end that is no CRLF")
        name, colon, value = line.partition(":")
        require(colon and TOKEN.fullmatch(name), f"{what}: no field: {line!r}")
        fields.append((name.lower(), value.strip(" \t")))
    return fields


def sha1(data):
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


class Record:
    def __init__(self, text):
        head, end, rest = text.partition(b"\r\n\r\n")
        require(end, "the header has no end")
        require(head.startswith(b"WARC/1.1\r\n"), "the first line is not WARC/1.1")
        try:
            lines = head[len(b"WARC/1.1\r\n"):].decode("utf-8") + "\r\n"
        except UnicodeDecodeError as error:
            raise Bad("the header is no UTF-8") from error
        self.fields = parse_fields(lines, "header")
        names = Counter(name for name, _ in self.fields)
        for name in ONCE:
            require(names[name] <= 1, f"{name} stands twice")
        for name in ("warc-type", "warc-record-id", "warc-date", "content-length"):
            require(names[name] == 1, f"{name} is missing")
        require(re.fullmatch(r"\d+", self.get("content-length")), "Content-Length is no number")
        size = int(self.get("content-length"))
        require(len(rest) == size + 4, f"Content-Length is {size}, the block has {len(rest) - 4}")
        require(rest.endswith(b"\r\n\r\n"), "the record does not end in CRLF CRLF")
        self.block = rest[:size]

    def get(self, name):
        return next((value for field, value in self.fields if field == name), None)

    def all(self, name):
        return [value for field, value in self.fields if field == name]


def check_header(record):
    kind = record.get("warc-type")
    require(kind in TYPES, f"WARC-Type {kind} is none")
    require(UUID.fullmatch(record.get("warc-record-id")), "WARC-Record-ID is no <urn:uuid:...>")
    require(DATE.fullmatch(record.get("warc-date")), "WARC-Date is no date")
    for identity in record.all("warc-concurrent-to"):
        require(UUID.fullmatch(identity), "WARC-Concurrent-To is no <urn:uuid:...>")
        require(kind not in ("warcinfo", "conversion", "continuation"),
                f"{kind} has a WARC-Concurrent-To")
    uri = record.get("warc-target-uri")
    require((uri is None) == (kind == "warcinfo"), f"{kind}: WARC-Target-URI")
    require(uri is None or re.fullmatch(r"[a-z][a-z0-9+.-]*:[\x21-\x7e]+", uri),
            f"WARC-Target-URI is no URI: {uri!r}")
    content_type = record.get("content-type")
    require(not record.block or content_type, "a block without Content-Type")
    require(content_type is None or MIME.fullmatch(content_type), "Content-Type is none")
    truncated = record.get("warc-truncated")
    require(truncated is None or truncated in TRUNCATED, "WARC-Truncated has no such reason")
    require(record.get("warc-filename") is None or kind == "warcinfo",
            "only warcinfo has a WARC-Filename")


def split_http(record, first_line):
    """Header fields and payload of the HTTP message that is the block."""
    head, end, payload = record.block.partition(b"\r\n\r\n")
    require(end, "the HTTP message has no end of its header")
    require(first_line.match(head + b"\r\n"), f"no HTTP message: {head[:60]!r}")
    lines = head.split(b"\r\n", 1)
    text = lines[1].decode("latin-1") + "\r\n" if len(lines) > 1 else ""
    return parse_fields(text, "HTTP message"), payload


def check_length(fields, payload):
    """The message is one that can be read as it stands: in no coding, and as long as it says."""
    for name, value in fields:
        require(name not in ("content-encoding", "transfer-encoding"), f"HTTP message: {name}")
        if name == "content-length":
            require(value == str(len(payload)),
                    f"HTTP message: Content-Length {value}, there are {len(payload)} bytes")


def check_block(record):
    kind = record.get("warc-type")
    content_type = record.get("content-type")
    payload = None
    if kind == "response":
        require(content_type == "application/http; msgtype=response", "response: Content-Type")
        fields, payload = split_http(record, STATUS)
        if record.get("warc-truncated"):
            require(payload == b"", "cut, and yet with a body")
            payload = None
        else:
            check_length(fields, payload)
    elif kind == "request":
        require(content_type == "application/http; msgtype=request", "request: Content-Type")
        fields, rest = split_http(record, REQUEST)
        require(any(name == "host" for name, _ in fields), "request: no Host")
        require(rest == b"", "request: a GET with a body")
    elif kind in ("metadata", "warcinfo"):
        require(content_type == "application/warc-fields", f"{kind}: Content-Type")
        fields = parse_fields(record.block.decode("utf-8"), kind)
        if kind == "warcinfo":
            names = {name for name, _ in fields}
            require({"software", "format", "conformsto"} <= names, "warcinfo: fields are missing")
    require(record.get("warc-block-digest") == sha1(record.block), "WARC-Block-Digest is wrong")
    want = None if payload is None else sha1(payload)
    require(record.get("warc-payload-digest") == want, "WARC-Payload-Digest is wrong")


def check_file(data):
    """The records by offset, with their members' lengths."""
    records = {}
    identities = {}
    wanted = []
    for offset, length, text in members(data):
        try:
            record = Record(text)
            check_header(record)
            check_block(record)
            require(records or record.get("warc-type") == "warcinfo",
                    "the first record is no warcinfo")
            identity = record.get("warc-record-id")
            require(identity not in identities, f"WARC-Record-ID {identity} stands twice")
        except (Bad, UnicodeDecodeError) as error:
            raise Bad(f"{offset}: {error}") from error
        identities[identity] = record
        wanted += [(offset, record, other) for other in record.all("warc-concurrent-to")]
        records[offset] = (length, record)
    require(records, "0: no record at all")
    for offset, record, other in wanted:
        require(other in identities, f"{offset}: WARC-Concurrent-To names no record of this file")
        require(identities[other].get("warc-target-uri") == record.get("warc-target-uri"),
                f"{offset}: WARC-Concurrent-To names the record of another URI")
    return records


def check_index(lines, records, filename):
    require(not lines or lines.endswith(b"\n"), "index: the last line has no end")
    rows = lines.split(b"\n")[:-1]
    require(rows == sorted(rows), "index: not in the order of bytes")
    seen = set()
    for row in rows:
        try:
            key, stamp, text = row.decode("utf-8").split(" ", 2)
            entry = json.loads(text)
            offset, length = int(entry["offset"]), int(entry["length"])
        except (ValueError, KeyError) as error:
            raise Bad(f"index: no entry: {row[:120]!r}") from error
        require(re.fullmatch(r"[^\s)]+\)/\S*", key), f"index: no SURT: {key}")
        require(offset in records, f"index: no record at {offset}")
        require(records[offset][0] == length, f"index: the member at {offset} is not {length} long")
        record = records[offset][1]
        require(record.get("warc-type") == "response", f"index: no response at {offset}")
        require(entry["url"] == record.get("warc-target-uri"), f"index: another URL at {offset}")
        require(re.sub(r"\D", "", record.get("warc-date"))[:14] == stamp,
                f"index: another time at {offset}")
        require(entry.get("digest") == record.get("warc-payload-digest"),
                f"index: another digest at {offset}")
        status = record.block.split(b" ", 2)[1][:3].decode()
        require(entry["status"] == status, f"index: another status at {offset}")
        require(entry["filename"] == filename, f"index: another file: {entry['filename']}")
        seen.add(offset)
    want = {at for at, (_, record) in records.items() if record.get("warc-type") == "response"}
    require(seen == want, f"index: {len(want - seen)} responses are not in it")


def main():
    parser = argparse.ArgumentParser(description="Checks a WARC/1.1 file.")
    parser.add_argument("file")
    parser.add_argument("--index")
    parser.add_argument("--counts", action="store_true")
    given = parser.parse_args()
    try:
        with open(given.file, "rb") as file:
            records = check_file(file.read())
        if given.index:
            with open(given.index, "rb") as file:
                check_index(file.read(), records, given.file.rpartition("/")[2])
    except Bad as error:
        print(f"{given.file}: {error}", file=sys.stderr)
        return 1
    if given.counts:
        counts = Counter(record.get("warc-type") for _, record in records.values())
        print(json.dumps(counts, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
