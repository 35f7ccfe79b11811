"""The few shapes of a plot, as SVG."""

from html import escape

GREY = "#9a9a9a"
BLACK = "#000"


def line(start: tuple[float, float], end: tuple[float, float], *, stroke: str = BLACK, width: float = 0.8) -> str:
    """Return a straight line."""
    (x1, y1), (x2, y2) = start, end
    ends = f'x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width:g}"/>'


def box(corner: tuple[float, float], size: tuple[float, float], *, fill: str = "none", width: float = 0.0) -> str:
    """Return a rectangle; `width` is that of its black outline."""
    place = f'x="{corner[0]:.2f}" y="{corner[1]:.2f}" width="{size[0]:.2f}" height="{size[1]:.2f}"'
    return f'<rect {place} fill="{fill}" stroke="{BLACK if width else "none"}" stroke-width="{width:g}"/>'


def path(steps: str, *, stroke: str = BLACK, width: float = 0.9) -> str:
    """Return an open path."""
    return f'<path d="{steps}" fill="none" stroke="{stroke}" stroke-width="{width:g}"/>'


def dot(centre: tuple[float, float], radius: float) -> str:
    """Return a filled circle."""
    return f'<circle cx="{centre[0]:.2f}" cy="{centre[1]:.2f}" r="{radius:.2f}" fill="{BLACK}"/>'


def text(
    place: tuple[float, float], words: str, *, anchor: str = "middle", size: float = 9.5, upright: bool = True
) -> str:
    """Return words; a part behind `_` is set as a subscript, words that are not upright read from below."""
    x, y = place
    turned = "" if upright else f' transform="rotate(-90 {x:.2f} {y:.2f})"'
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" font-size="{size:.2f}"{turned}>{_spans(words)}</text>'


def picture(size: tuple[float, float], font: str, shapes: list[str]) -> str:
    """Return the whole picture."""
    width, height = size
    attributes = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" font-family="{font}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>', *shapes, "</svg>"])


def _spans(words: str) -> str:
    letters, subscript, rest = words.partition("_")
    if not subscript:
        return escape(words)
    lowered, space, after = rest.partition(" ")
    raised = f'<tspan dy="-2.5">{escape(space + after)}</tspan>' if space else ""
    return f'{escape(letters)}<tspan dy="2.5" font-size="7">{escape(lowered)}</tspan>{raised}'
