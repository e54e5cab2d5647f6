"""Reads a drawing as its readers do: by classes and by text."""

import xml.etree.ElementTree as ET

ARRIVED = {"retried", "duplicate", "dead_lettered", "redriven"}
SVG = "{http://www.w3.org/2000/svg}"


class Drawing:
    def __init__(self, svg):
        self.root = ET.fromstring(svg)

    def all(self, kind):
        """Elements of a class."""
        return [element for element in self.root.iter() if kind in (element.get("class") or "").split()]

    def texts(self, kind):
        return ["".join(element.itertext()) for element in self.all(kind)]

    def arrived(self, number):
        """The count of what arrived by a line; where all is of one status, that status's count."""
        [line] = [element for element in self.all("wb-line") if element.get("data-line") == str(number)]
        [count] = inside(line, "wb-line-count") or [None]
        if count is not None and count.text:
            return int(count.text)
        return sum(count for status, count in self.by_status(number).items() if status in ARRIVED)

    def by_status(self, number):
        """The other counts of a line, by status."""
        [line] = [element for element in self.all("wb-line") if element.get("data-line") == str(number)]
        return {
            mark.get("data-status"): int(inside(mark, "wb-status-count")[0].text)
            for mark in inside(line, "wb-line-status")
        }

    def numbers_at(self, node):
        """The numbers in a node, by class."""
        [found] = [element for element in self.all("wb-node") if element.get("data-node") == str(node)]
        kinds = ("wb-visible", "wb-in-flight", "wb-delayed", "wb-running", "wb-errors")
        return {kind: int(text.text) for kind in kinds for text in inside(found, kind)}


def inside(element, kind):
    return [found for found in element.iter() if kind in (found.get("class") or "").split()]
