"""Charts of figures, as pictures (SVG) without scripts; the same numbers stand in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from pygal import HorizontalBar, Line
from pygal.style import Style

# Each is dark enough on white; lines differ in their dashes too, and bear their names.
_BLUE, _GREEN, _RED = "#0a3d7a", "#1a7f37", "#b3261e"
_DASHES = ("", "12, 5", "3, 4")
_FONTS = "'Noto Sans', 'Noto Sans Devanagari', 'Nirmala UI', Mangal, sans-serif"
_WIDTH, _HEIGHT, _HEIGHT_OF_BAR = 900, 360, 26
_MOST_LABELS = 12
_ROOM_FOR_NAMES = 160
_BEHIND_THE_BAR = "inline:.text-overlay .value { text-anchor: start; transform: translateX(6px); }"
# A picture of its own, whose looks pygal writes into it; it may fetch and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# What changes in one of them: a title, and its numbers.
Series = tuple[str, Sequence[int]]


def lines(labels: Sequence[str], series: Sequence[Series]) -> Response:
    """Draw up to three courses over time."""
    every = -(-len(labels) // _MOST_LABELS)
    chart = Line(
        **_look(_HEIGHT, (_BLUE, _GREEN, _RED)),
        show_minor_x_labels=False,
        dots_size=3,
    )
    chart.x_labels = labels
    chart.x_labels_major = labels[::every]
    for (title, numbers), dashes in zip(series, _DASHES, strict=False):
        stroke = {"width": 3, "dasharray": dashes} if dashes else {"width": 3}
        chart.add(title, [*numbers], stroke_style=stroke)
    return _picture(chart)


def bars(labels: Sequence[str], series: Sequence[Series]) -> Response:
    """Draw up to two bars for each label, with their numbers."""
    height = 90 + _HEIGHT_OF_BAR * len(series) * max(1, len(labels))
    chart = HorizontalBar(
        **_look(height, (_BLUE, _RED)),
        css=["file://style.css", "file://graph.css", _BEHIND_THE_BAR],
        margin_right=_ROOM_FOR_NAMES,
        print_values=True,
        print_values_position="top",
    )
    # It is drawn from below.
    chart.x_labels = [*reversed(labels)]
    for title, numbers in series:
        chart.add(title, [{"value": n, "formatter": _named(title)} for n in reversed(numbers)])
    return _picture(chart)


def _named(title: str) -> Any:  # noqa: ANN401  # pygal has no types
    return lambda number: f"{title}: {number:g}"


def _look(height: int, colours: Sequence[str]) -> dict[str, Any]:
    style = Style(
        background="white",
        plot_background="white",
        foreground="#212529",
        foreground_strong="#212529",
        foreground_subtle="#595f64",
        guide_stroke_color="#ced4da",
        major_guide_stroke_color="#ced4da",
        opacity="1",
        colors=tuple(colours),
        font_family=_FONTS,
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        value_font_size=13,
        value_label_font_size=14,
        value_colors=("#212529",) * len(colours),
        transition="none",
    )
    return {
        "style": style,
        "js": [],
        "width": _WIDTH,
        "height": height,
        "explicit_size": True,
        "no_prefix": True,
        "legend_at_bottom": True,
        "truncate_label": -1,
        "truncate_legend": -1,
        "include_x_axis": True,
        "integer_scale": True,
    }


def _picture(chart: Any) -> Response:  # noqa: ANN401  # pygal has no types
    chart.add_xml_filter(_without_scripts)
    headers = {"Content-Security-Policy": _POLICY}
    return Response(chart.render(), mimetype="image/svg+xml", headers=headers)


def _without_scripts(root: Any) -> Any:  # noqa: ANN401  # pygal has no types
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).endswith("script"):
                parent.remove(child)
    return root
