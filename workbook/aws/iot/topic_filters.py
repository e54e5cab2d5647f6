"""MQTT topics and the filters of rules: `+` stands for one level, `#` for all levels from there on.

    sensors/+/temperature     sensors/7/temperature
    sensors/#                 sensors, sensors/7, sensors/7/temperature

Source: AWS IoT Developer Guide, "MQTT topics".
"""

from __future__ import annotations


def matches_filter(pattern: str, topic: str) -> bool:
    """Whether a topic matches a filter; one that begins with `$` matches none that begins with a wildcard."""
    if topic.startswith("$") and pattern[:1] in {"+", "#"}:
        return False
    levels, parts = pattern.split("/"), topic.split("/")
    for place, level in enumerate(levels):
        if level == "#":
            return True
        if place >= len(parts) or level not in {"+", parts[place]}:
            return False
    return len(parts) == len(levels)


def is_filter(pattern: str) -> bool:
    """Whether a text is a filter: `+` stands alone in its level, `#` too, and at the end."""
    levels = pattern.split("/")
    return bool(pattern) and all(
        ("+" not in level or level == "+")
        and ("#" not in level or (level == "#" and place == len(levels) - 1))
        for place, level in enumerate(levels)
    )
