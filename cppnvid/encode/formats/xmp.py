"""A recipe as XMP, the packet of metadata that WebP, JPEG, TIFF and AVIF all have a place for.

It is the element `cppnvid:comment`. Readers look for that and nothing else, so that no XML parser
meets a stranger's file.
"""

import re
from xml.sax.saxutils import escape, unescape

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:cppnvid="urn:cppnvid">'
    "<cppnvid:comment>{}</cppnvid:comment>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
_COMMENT = re.compile(rb"<cppnvid:comment>([^<]*)</cppnvid:comment>")


def xmp_of(recipe: str) -> bytes:
    """Return the packet that holds a recipe."""
    return _XMP.format(escape(recipe)).encode()


def comment_in(packet: bytes) -> str | None:
    """Return the recipe in a packet, None without one."""
    found = _COMMENT.search(packet)
    return None if found is None else unescape(found[1].decode("utf-8", "replace"))


def most_xmp(limit: int) -> int:
    """Return how many bytes the packet of a recipe of `limit` bytes has at most."""
    return 5 * limit + len(_XMP)  # & is &amp;
