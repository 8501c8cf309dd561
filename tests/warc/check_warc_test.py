#!/usr/bin/env python3
"""Shows that check_warc.py is strict: of a sound FILE.warc.gz with its index, each change is found.

    check_warc_test.py FILE.warc.gz FILE.cdxj
"""
import os
import re
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True  # nothing is left beside the sources
import check_warc  # noqa: E402


def unpack(data):
    texts = []
    while data:
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        texts.append(inflater.decompress(data))
        data = inflater.unused_data
    return texts


def pack(texts):
    packed = b""
    for text in texts:
        deflater = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        packed += deflater.compress(text) + deflater.flush()
    return packed


def first(texts, kind):
    return next(i for i, text in enumerate(texts) if b"WARC-Type: " + kind + b"\r\n" in text)


def in_record(kind, pattern, replacement):
    """A change of the first match in the first record of that kind."""
    def change(texts):
        at = first(texts, kind)
        changed, count = re.subn(pattern, replacement, texts[at], count=1, flags=re.DOTALL)
        assert count == 1 and changed != texts[at], (kind, pattern)
        return texts[:at] + [changed] + texts[at + 1:]
    return change


def other_letter(match):
    return match[1] + (b"A" if match[2] != b"A" else b"B")


RECORDS = {
    "another version": in_record(b"response", rb"WARC/1\.1", b"WARC/1.0"),
    "no type": in_record(b"response", rb"WARC-Type: response\r\n", b""),
    "a type that is none": in_record(b"response", rb"WARC-Type: response", b"WARC-Type: answer"),
    "no id": in_record(b"request", rb"WARC-Record-ID: [^\r]*\r\n", b""),
    "an id that is none": in_record(b"request", rb"WARC-Record-ID: <urn:uuid:", b"WARC-Record-ID: <"),
    "no date": in_record(b"metadata", rb"WARC-Date: [^\r]*\r\n", b""),
    "a month too many": in_record(b"metadata", rb"(WARC-Date: \d{4})-\d\d", rb"\1-13"),
    "a local date": in_record(b"metadata", rb"(WARC-Date: [^\r]*)Z", rb"\1+01:00"),
    "no URI": in_record(b"response", rb"WARC-Target-URI: [^\r]*\r\n", b""),
    "a URI in brackets": in_record(b"response", rb"WARC-Target-URI: ([^\r]*)",
                                   rb"WARC-Target-URI: <\1>"),
    "no length": in_record(b"response", rb"\r\nContent-Length: \d+\r\n\r\n", b"\r\n\r\n"),
    "a length too large": in_record(b"warcinfo", rb"Content-Length: ", b"Content-Length: 1"),
    "a length twice": in_record(b"warcinfo", rb"(Content-Length: \d+\r\n)", rb"\1\1"),
    "no type of the block": in_record(b"request", rb"Content-Type: [^\r]*\r\n", b""),
    "another type of the block": in_record(b"response", rb"msgtype=response", b"msgtype=request"),
    "a wrong block digest": in_record(b"response", rb"(WARC-Block-Digest: sha1:)(\w)", other_letter),
    "a wrong payload digest": in_record(b"response", rb"(WARC-Payload-Digest: sha1:)(\w)",
                                        other_letter),
    "no payload digest": in_record(b"response", rb"WARC-Payload-Digest: [^\r]*\r\n", b""),
    "another byte in the block": in_record(b"metadata", rb"(depth: )(\w)", other_letter),
    "a lone line feed": in_record(b"response", rb"\r\nWARC-Date", b"\nWARC-Date"),
    "one line end too few": in_record(b"response", rb"\r\n$", b""),
    "one line end too many": in_record(b"response", rb"$", b"\r\n"),
    "concurrent to nothing": in_record(b"request", rb"(Concurrent-To: <urn:uuid:)\w{8}",
                                       rb"\g<1>00000000"),
    "no warcinfo in front": lambda texts: texts[1:],
    "a record twice": lambda texts: texts + texts[1:2],
    "nothing at all": lambda texts: [],
    "two records a member": lambda texts: [texts[0] + texts[1]] + texts[2:],
}

BYTES = {
    "a flipped bit": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "a wrong checksum": lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
    "the end cut off": lambda data: data[:-1],
    "half of it": lambda data: data[:len(data) // 2],
    "a byte behind": lambda data: data + b"\0",
    "not packed": lambda data: b"".join(unpack(data)),
}

LINES = {
    "an offset": lambda lines: re.sub(rb'"offset":"(\d+)"', rb'"offset":"1\1"', lines, count=1),
    "a length": lambda lines: re.sub(rb'"length":"(\d+)"', rb'"length":"1\1"', lines, count=1),
    "a digest": lambda lines: re.sub(rb'("digest":"sha1:)(\w)', other_letter, lines, count=1),
    "a status": lambda lines: re.sub(rb'"status":"\d', b'"status":"9', lines, count=1),
    "a time": lambda lines: re.sub(rb" \d{14} ", b" 19990101000000 ", lines, count=1),
    "a name": lambda lines: re.sub(rb'"filename":"', b'"filename":"x', lines, count=1),
    "a line less": lambda lines: lines[lines.index(b"\n") + 1:],
    "the order": lambda lines: b"".join(reversed(lines.splitlines(keepends=True))),
    "no line end": lambda lines: lines[:-1],
}


def passes(name, data, lines=None):
    try:
        records = check_warc.check_file(data)
        if lines is not None:
            check_warc.check_index(lines, records, name)
    except check_warc.Bad:
        return False
    return True


def status_of(data):
    """What the checker, run as a program, ends with."""
    with tempfile.NamedTemporaryFile(suffix=".warc.gz") as file:
        file.write(data)
        file.flush()
        return subprocess.run([sys.executable, check_warc.__file__, file.name],
                              capture_output=True, check=False).returncode


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    with open(sys.argv[2], "rb") as file:
        lines = file.read()
    name = os.path.basename(sys.argv[1])
    texts = unpack(data)
    missed = []
    if status_of(data) != 0 or status_of(data[:-1]) != 1:
        sys.exit("the checker's status does not say what it found")
    if not passes(name, data, lines):
        sys.exit("the file itself does not pass")
    # Packed anew, members have other lengths: without the index.
    if not passes(name, pack(texts)):
        sys.exit("the file, packed anew, does not pass")
    for what, change in RECORDS.items():
        changed = pack(change(texts))
        if passes(name, changed):
            missed.append(what)
    for what, change in BYTES.items():
        if passes(name, change(data)):
            missed.append(what)
    for what, change in LINES.items():
        changed = change(lines)
        assert changed != lines, what
        if passes(name, data, changed):
            missed.append("index: " + what)
    if missed:
        sys.exit("not found: " + ", ".join(missed))
    print(f"{len(RECORDS) + len(BYTES) + len(LINES)} changes, each found")


if __name__ == "__main__":
    main()
