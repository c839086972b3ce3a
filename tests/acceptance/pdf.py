"""The words on each page of a PDF that Chromium printed."""

import re
import zlib


def page_texts(pdf: bytes) -> list[str]:
    """Return each page's text, in the order in which it was drawn."""
    found = re.findall(rb"(?s)(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf)
    objects = {int(number): body for number, body in found}
    pages = [body for body in objects.values() if re.search(rb"/Type /Page\b", body)]
    return [_text(body, objects) for body in pages]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _letters(int(number), objects)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    (number,) = re.findall(rb"/Contents (\d+) 0 R", page)
    content, text, letters = _stream(objects[int(number)]), "", {}
    for name, codes in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> ?(?:Tj)?", content):
        if name:
            letters = fonts.get(name, {})
            text += " "
        else:
            own = codes.decode().upper()
            text += "".join(letters.get(own[at : at + 4], "?") for at in range(0, len(own), 4))
    return " ".join(text.split())


def _stream(body: bytes) -> bytes:
    data = body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0]
    return zlib.decompress(data) if b"FlateDecode" in body else data


def _letters(font: int, objects: dict[int, bytes]) -> dict[str, str]:
    """Return a font's letters by the codes of its glyphs."""
    (number,) = re.findall(rb"/ToUnicode (\d+) 0 R", objects[font])
    table, found = _stream(objects[int(number)]).decode("latin-1"), {}
    for block in re.findall(r"(?s)beginbfchar(.*?)endbfchar", table):
        for code, letter in re.findall(r"<(\w+)> <(\w+)>", block):
            found[code.upper()] = bytes.fromhex(letter).decode("utf-16-be")
    for block in re.findall(r"(?s)beginbfrange(.*?)endbfrange", table):
        for low, high, letter in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", block):
            for step in range(int(high, 16) - int(low, 16) + 1):
                found[f"{int(low, 16) + step:04X}"] = chr(int(letter, 16) + step)
    return found
