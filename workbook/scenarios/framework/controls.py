"""A control for each setting: with its name, its unit, its range, and who says so.

Small ranges are sliders, for a projector. Others are fields to type into, which take any number: what is out
of range is refused in words when it is used, and not changed silently.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbook.scenarios.framework.settings import Number, Setting, Switch, Value

LONGEST_SLIDER = 100
_WIDE = {"description_width": "16em"}


class Control:
    """The widget of one setting."""

    def __init__(self, setting: Setting, value: Value, changed: Callable[[], None]) -> None:
        """`changed` is called when the reader has chosen another value."""
        self.setting = setting
        self._field = _switch(setting, value) if isinstance(setting, Switch) else _number(setting, value)
        self._without: ipywidgets.Checkbox | None = None
        beside: list[ipywidgets.Widget] = [self._field]
        if isinstance(setting, Number):
            if setting.without:
                self._without = ipywidgets.Checkbox(
                    value=value is None, description=setting.without, indent=False, layout={"width": "auto"}
                )
                self._field.disabled = value is None
                self._without.observe(self._switch_field, names="value")
                self._without.observe(lambda _: changed(), names="value")
                beside.append(self._without)
            beside.append(_range_label(setting))
        self._field.observe(lambda _: changed(), names="value")
        self.widget = ipywidgets.HBox(beside, layout={"flex_flow": "row wrap", "align_items": "center"})

    @property
    def value(self) -> Value:
        """What is chosen; not checked."""
        if self._without is not None and self._without.value:
            return None
        value: Value = self._field.value
        return value

    @value.setter
    def value(self, value: Value) -> None:
        if self._without is not None:
            self._without.value = value is None
        if value is not None:
            self._field.value = value

    def _switch_field(self, _change: object) -> None:
        assert self._without is not None  # noqa: S101 - only observed where there is one
        self._field.disabled = self._without.value


def _switch(setting: Setting, value: Value) -> ipywidgets.Checkbox:
    return ipywidgets.Checkbox(
        value=bool(value), description=setting.about, style=_WIDE, tooltip=setting.source, indent=True
    )


def _number(setting: Number, value: Value) -> ipywidgets.Widget:
    begin = setting.minimum if value is None else int(value)
    common = {"value": begin, "description": setting.about, "style": _WIDE, "tooltip": setting.source}
    if setting.maximum - setting.minimum <= LONGEST_SLIDER:
        return ipywidgets.IntSlider(
            **common,
            min=setting.minimum,
            max=setting.maximum,
            continuous_update=False,
            layout={"width": "28em"},
        )
    return ipywidgets.IntText(**common, layout={"width": "25em"})


def _range_label(setting: Number) -> ipywidgets.Label:
    text = f"{setting.unit}, {setting.minimum:,} to {setting.maximum:,}"
    return ipywidgets.Label(value=text, tooltip=setting.source)
