"""Converts a figure of Matplotlib to an SVG element of the page."""

import io
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

from . import style
from .tips import MARK, ZONE

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def to_svg(figure, name, alternative):
    """The figure as an SVG element, whose ids begin with `name`."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(text.getvalue())
    for parent in root.iter():
        for child in list(parent):
            is_empty = child.tag == f"{{{SVG}}}g" and len(child) == 0
            if (is_empty or child.tag == f"{{{SVG}}}metadata"
                    or child.find(f"{{{SVG}}}style") is not None):
                parent.remove(child)
    name_marks(root)
    rename_ids(root, name)
    # The page sets the width, and the aspect ratio sets the height.
    root.attrib.pop("width"), root.attrib.pop("height"), root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", alternative)
    for element in root.iter():
        if "style" in element.attrib:
            element.set("style", in_page_style(element.get("style")))
        for key in ("d", "x", "y", "transform"):
            if key in element.attrib:
                element.set(key, shorter(element.get(key)))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        element.text = element.text if element.text and element.text.strip() else None
        element.tail = None
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def name_marks(root):
    """Turns the ids of tips.py into classes, and each tip into a title."""
    for element in root.iter():
        kind, _, tip = element.get("id", "").partition("|")
        if kind not in (MARK, ZONE):
            continue
        del element.attrib["id"]
        element.set("class", kind)
        if kind == ZONE:
            make_rectangle(element)
        if tip:
            title = ElementTree.Element(f"{{{SVG}}}title")
            title.text = urllib.parse.unquote(tip)
            element.insert(0, title)


def make_rectangle(zone):
    """Replaces the group of a rectangular path, which takes half the space. The page's style shows a
    zone only below the pointer.
    """
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", zone.find(f"{{{SVG}}}path").get("d"))]
    for child in list(zone):
        zone.remove(child)
    zone.tag = f"{{{SVG}}}rect"
    for start, place, size in ((0, "x", "width"), (1, "y", "height")):
        along = numbers[start::2]
        zone.set(place, f"{min(along):.1f}")
        zone.set(size, shorter(f"{max(along) - min(along):.2f}"))


def rename_ids(root, name):
    """Keeps referenced ids only, prefixed with the figure's name: a page has several figures."""
    text = ElementTree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        else:
            element.set("id", f"{name}-{element.get('id')}")
        for key, value in element.attrib.items():
            if key.endswith("href"):
                element.set(key, value.replace("#", f"#{name}-"))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))


def in_page_style(text):
    """Replaces colours and font by those of the page; keeps the size and the weight."""
    kept = {}
    for declaration in text.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            # Matplotlib before 3.9 writes "bold 12px 'DejaVu Sans', …".
            kept["font-size"] = re.search(r"[\d.]+px", value)[0]
            if re.match(r"(bold|700)\b", value):
                kept["font-weight"] = "bold"
        elif name and name != "font-family" and (name, value) != ("stroke-dashoffset", "0"):
            kept[name] = value
    style_text = ";".join(f"{name}:{value}" for name, value in kept.items())
    return re.sub(style.STAND_IN + "([0-9a-f]{2})",
                  lambda found: f"var(--{style.NAMES[int(found[1], 16)]})", style_text)


def shorter(places):
    """Rounds coordinates to a tenth of a pixel."""
    places = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), places)
    return re.sub(r"\s+", " ", places).strip()
