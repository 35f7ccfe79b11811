"""A hand for writing XML in the two namespaces of a digital certificate."""

from attrs import frozen
from lxml import etree

from labctl.certificate.rules import DCC, SI, Node
from labctl.language import Text

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


@frozen
class Element:
    """One element of the certificate, to which others are added in their order."""

    node: Node

    def add(self, name: str, text: str | None = None, *, refType: str | None = None) -> "Element":
        """Add an element of the DCC and return it."""
        return self._added(DCC, name, text, refType)

    def si(self, name: str, text: str | None = None) -> "Element":
        """Add an element of the Digital-SI and return it."""
        return self._added(SI, name, text, None)

    def words(self, name: str, text: Text) -> "Element":
        """Add an element whose content stands in both languages; empty Chinese words fall back to the English."""
        element = self.add(name)
        for language, words in (("zh", text.zh or text.en), ("en", text.en)):
            element.add("content", " ".join(words.split())).node.set("lang", language)
        return element

    def same(self, name: str, words: str) -> "Element":
        """Add an element whose words are the same in both languages, such as a name."""
        return self.words(name, Text(words, zh=words))

    def identification(self, issuer: str, value: str, name: Text) -> None:
        """Add a number with who gave it and what it is."""
        identification = self.add("identification")
        identification.add("issuer", issuer)
        identification.add("value", value)
        identification.words("name", name)

    def _added(self, space: str, name: str, text: str | None, kind: str | None) -> "Element":
        node = etree.SubElement(self.node, f"{{{space}}}{name}")
        if kind is not None:
            node.set("refType", kind)
        node.text = text
        return Element(node)


def root(version: str) -> Element:
    """Return the outermost element of a certificate."""
    node = etree.Element(
        f"{{{DCC}}}digitalCalibrationCertificate", nsmap={"dcc": DCC, "si": SI, "xsi": _XSI}, schemaVersion=version
    )
    node.set(f"{{{_XSI}}}schemaLocation", f"{DCC} {DCC}/v{version}/dcc.xsd")
    return Element(node)
