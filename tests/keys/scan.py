"""Looks for texts in every file of a folder, however they are written: as they are, in UTF-16, as hexadecimal digits and in base64 at
each of its three alignments, in files and in what gzip and zip files in them hold. Standard library only."""

import base64
import gzip
import io
import os
import zipfile
import zlib


def forms(text):
    """How a text may lie in bytes, each form as a name and what it looks like."""
    raw = text.encode()
    yield "raw", raw
    for codec in ("utf-16-le", "utf-16-be"):
        yield codec, text.encode(codec)
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    for before in range(3):
        # The digits that do not depend on what stands before and after.
        whole = base64.b64encode(b"\0" * before + raw)
        inner = whole[(before * 8 + 5) // 6:(before + len(raw)) * 8 // 6]
        yield f"base64 at {before}", inner
        yield f"base64url at {before}", inner.replace(b"+", b"-").replace(b"/", b"_")


def unpacked(content):
    """What gzip members and zip files in it hold, wherever they begin."""
    at = content.find(b"\x1f\x8b\x08")
    while at >= 0:
        try:
            yield zlib.decompressobj(wbits=31).decompress(content[at:])
        except zlib.error:
            pass  # these three bytes by chance
        at = content.find(b"\x1f\x8b\x08", at + 1)
    if content.find(b"PK\x03\x04") >= 0:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        except (zipfile.BadZipFile, RuntimeError):
            pass


def found(folders, text):
    """Where it lies: (file, form)."""
    looked_for = list(forms(text))
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(place, name), "rb") as file:
                    content = file.read()
                for part in [content, *unpacked(content)]:
                    for form, bytes_of in looked_for:
                        if bytes_of in part:
                            yield os.path.join(place, name), form


def proves_itself(folder):
    """Each form is found where it lies, and nothing where nothing lies; how many were tried."""
    text, tried = "Kanarek-proof-of-the-scan", 0
    os.makedirs(folder)
    if list(found([folder], text)):
        raise RuntimeError("the scan finds something in an empty folder")
    wrapped = [("plain", lambda content: b"before" + content + b"after")]
    wrapped.append(("gzip", lambda content: b"before" + gzip.compress(content)))
    wrapped.append(("zip", zipped))
    for form, content in forms(text):
        for name, wrap in wrapped:
            with open(f"{folder}/decoy", "wb") as file:
                file.write(wrap(content))
            if form not in [form for _, form in found([folder], text)]:
                raise RuntimeError(f"the scan does not find {form} in {name}")
            tried += 1
    os.remove(f"{folder}/decoy")
    return tried


def zipped(content):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("member", content)
    return archive.getvalue()
