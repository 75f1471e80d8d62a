"""The same location report by another engine: WeasyPrint 70 (HTML and CSS), its charts by matplotlib as SVG.

The same page of words and figures, tables with headers, running heads, contents with page numbers and photos, and four
charts (the score, points lost, the history, the criteria), as a tagged PDF/UA-1. It is written as its makers advise:
fixed table layout, charts with fixed margins and few artists, without pyplot, their text as text.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import weasyprint
from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from weasyprint.text.fonts import FontConfiguration

from reports import pdf, pictures, theme

VERSION = weasyprint.__version__
TONES = {"above": theme.ABOVE, "below": theme.BELOW, "none": theme.NONE}
WEIGHTS = {"Light": 300, "Regular": 400, "It": 400, "Semibold": 600, "Bold": 700, "BoldIt": 700}
SETTINGS: Any = {"svg.fonttype": "none", "font.family": theme.FAMILY, "font.size": 8}
_FONTS = FontConfiguration()
for _face in theme.FACES:
    font_manager.fontManager.addfont(theme.FONTS / _face)
_FACES = "".join(
    f'@font-face {{ font-family: "{theme.FAMILY}"; font-weight: {weight}; '
    f"font-style: {'italic' if style.endswith('It') else 'normal'}; "
    f'src: url("{(theme.FONTS / f"SourceSansPro-{style}.ttf").as_uri()}") }}\n'
    for style, weight in WEIGHTS.items()
)
_RULES = f"""
html {{ font: 10pt "{theme.FAMILY}"; color: {theme.INK}; font-variant-numeric: tabular-nums; line-height: 1.3 }}
h1 {{ font-size: 25pt; margin: 1mm 0 }} h2 {{ font-size: 13pt; color: {theme.ACCENT}; break-after: avoid }}
h3 {{ font-size: 10.5pt; break-after: avoid }} p {{ hyphens: auto; text-align: justify }}
.quiet {{ font-size: 8.5pt; color: {theme.INK_2} }} .big {{ font-size: 46pt; font-weight: 300; color: {theme.ACCENT} }}
table {{ width: 100%; table-layout: fixed; border-collapse: collapse; font-size: 9.5pt }}
th {{ font-size: 8.5pt; font-weight: 400; color: {theme.INK_2}; text-align: left }}
td, th {{ border-bottom: 0.5pt solid {theme.LINE}; padding: 2.4pt 3pt; overflow-wrap: break-word }}
.criteria thead th:first-child {{ width: 6% }} .criteria thead th:nth-child(2) {{ width: 44% }}
.history td {{ font-size: 8pt; padding: 2pt 0 }} .history th {{ font-size: 7pt; padding: 2pt 0 }}
.asked th:last-child {{ width: 20% }}
tr {{ break-inside: avoid }} img {{ width: 100% }} .sheet {{ break-before: page }} .empty td {{ height: 16mm }}
.contents {{ columns: 2; list-style: none; padding: 0 }} .photos img {{ width: 48% }}
.contents a::after {{ content: leader(dotted) target-counter(attr(href), page) }}
"""


def print_inputs(inputs: Mapping[str, Any], pictures_of: Mapping[str, bytes]) -> bytes:
    """Return the PDF of a location's `pdf.inputs_of` with a number in its page."""
    page = inputs["page"]
    photos = pictures.read_photos(inputs["photos"], pictures_of)
    with rc_context(SETTINGS):
        body = _html(page, photos)
    sheet = weasyprint.CSS(string=_FACES + _RULES + _furniture(page), font_config=_FONTS)
    document = weasyprint.HTML(string=body)
    data = document.write_pdf(stylesheets=[sheet], font_config=_FONTS, pdf_variant="pdf/ua-1")
    assert isinstance(data, bytes)
    return data


def _furniture(page: Mapping[str, Any]) -> str:
    words = page["words"]
    small = f"font-size: 8pt; color: {theme.INK_2}"
    number = f"{_css(words['page'] + ' ')} counter(page) {_css(' ' + words['of'] + ' ')} counter(pages)"
    return f"""
@page {{ size: A4; margin: 24mm 21mm 21mm;
  @top-left {{ content: {_css(page["name"])}; {small} }}
  @top-right {{ content: {_css(f"{page['programme']} · {page['quarter']}")}; {small} }}
  @bottom-left {{ content: {_css(page["number"])}; {small} }}
  @bottom-right {{ content: {number}; {small} }}
}}
@page :first {{ @top-left {{ content: none }} @top-right {{ content: none }} }}
"""


def _css(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- Words and tables, in the order of the template `location.typ`


def _html(page: Mapping[str, Any], photos: Mapping[str, str]) -> str:
    words = page["words"]
    title = f"{page['name']}, {page['quarter']}"
    parts = [
        _line(f"{page['programme']} · {words['report_location']}"),
        f"<h1>{escape(page['name'])}</h1>",
        _line(f"{page['region']} · {page['code']} · {page['quarter']}"),
        f'<p class="big">{escape(page["big"])}</p>',
        *(_text(page[name]) for name in ("likely", "standing", "change")),
        _picture(_score_chart(page), f"{page['big']} {page['likely']}"),
        _text(page["critical"]),
    ]
    sections = dict(_sections(page, photos))
    lines = [row for group in page["criteria"] for section in group["sections"] for row in section["rows"]]
    if len(lines) >= pdf.LONG_TABLE:
        entries = "".join(f'<li><a href="#s{n}">{escape(name)}</a></li>' for n, name in enumerate(sections))
        parts.append(f'<h2>{escape(words["contents"])}</h2><ul class="contents">{entries}</ul>')
    for number, (name, section) in enumerate(sections.items()):
        sheet = ' class="sheet"' if name in (words["talk"], words["method"]) else ""
        parts.append(f'<h2 id="s{number}"{sheet}>{escape(name)}</h2>{section}')
    head = f"<head><title>{escape(title)}</title><meta name=author content='{escape(page['programme'])}'></head>"
    return f'<!doctype html><html lang="{page["lang"]}">{head}<body>{"".join(parts)}</body></html>'


def _sections(page: Mapping[str, Any], photos: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    words = page["words"]

    def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        return _table([words[name] for name in names], rows)

    if len(page["channels"]) > 1:
        yield (
            words["by_channel"],
            table(("channel", "score", "interval", "visits", "level"),
                  [[each[name] for name in ("name", "score", "range", "n", "level")] for each in page["channels"]]),
        )  # fmt: skip
    best = table(("criterion", "score", "visits"), page["best"]) if page["best"] else ""
    yield words["went_well"], _text(page["praise"]) + best
    yield words["cost_most"], _text(page["lost"]) + _picture(_bars_chart(page), page["bars_alt"])
    history = [
        [words[word], *(each[name] for each in page["series"])]
        for word, name in (("score", "score"), ("interval_short", "range"), ("visits", "n"))
    ]
    yield (
        words["history"],
        _picture(_history_chart(page), page["series_alt"])
        + _table([words["quarter"], *(each["quarter"] for each in page["series"])], history, of="history")
        + _line(page["history_note"]),
    )  # fmt: skip
    changed = ("name", "score", "before", "change", "range", "verdict")
    yield (
        words["channel_changes"],
        table(("channel", "score", "before", "change", "change_range", "verdict"),
              [[each[name] for name in changed] for each in page["changes"]])
        + _line(page["changes_note"])
        + _text(page["criteria_change"])
        + table(("criterion", "channel", "before", "change", "change_range", "verdict"),
                [[each[name] for name in ("name", "channel", *changed[2:])] for each in page["criteria_changes"]]),
    )  # fmt: skip
    yield words["closer_look"], _line(words["closer_note"]) + "".join(_card(each, words) for each in page["cards"])
    yield words["criteria"], _criteria(page)
    yield (
        words["made_visits"],
        table(("date", "channel", "score", "remark"),
              [[each[name] for name in ("day", "channel", "score", "remark")] for each in page["visits"]]),
    )  # fmt: skip
    if page["failed"]:
        yield (
            words["critical"],
            _text(page["critical"])
            + table(("date", "channel", "asked", "criterion"),
                    [[each[name] for name in ("day", "channel", "question", "criterion")] for each in page["failed"]]),
        )  # fmt: skip
    quotes = "".join(
        f"<h3>{escape(words[f'quotes_{side}'])}</h3>"
        + "".join(f"<p><q>{escape(each['text'])}</q></p>{_line(each['about'])}" for each in page["quotes"][side])
        for side in ("good", "bad")
        if page["quotes"][side]
    )
    yield words["quotes"], _line(words["quotes_note"]) + quotes
    shown = [photo for photo in page["photos"] if photo["key"] in photos]
    if shown:
        figures = "".join(_picture(photos[each["key"]], each["alt"]) + _text(each["caption"]) for each in shown)
        yield words["photos"], f'<div class="photos">{figures}</div>'
    yield (
        words["talk"],
        _text(words["talk_intro"])
        + _table([words[name] for name in ("subject", "action", "who", "until")],
                 [[title, "", "", ""] for title in page["actions"]], of="empty"),
    )  # fmt: skip
    trust = table(("population", "scatter", "reliability", "needed"), page["trust"]) + _line(page["trust_note"])
    yield words["method"], "".join(map(_text, page["method"])) + trust
    yield words["fairness"], "".join(map(_text, page["fairness"]))


def _card(card: Mapping[str, Any], words: Mapping[str, str]) -> str:
    rows = [[each["question"], each["earned"]] for each in card["asked"]]
    asked = _table([words["asked"], words["earned"]], rows, of="asked") if rows else ""
    return (
        f"<h3>{escape(card['code'])} {escape(card['title'])}</h3>{_line(card['cost'])}{_text(card['procedure'])}{asked}"
    )


def _criteria(page: Mapping[str, Any]) -> str:
    words = page["words"]
    heads = ["", *(words[name] for name in ("criterion", "score", "interval", "visits", "network", "target"))]
    columns = ("code", "title", "score", "range", "n", "other", "target")
    text = _line(words["criteria_note"] + (" " + words["four_quarters"] if page["stars"] else ""))
    text += _picture(_criteria_chart(page), words["criteria"])
    for group in page["criteria"]:
        text += f"<h3>{escape(group['channel'])}</h3>"
        bodies = ""
        for section in group["sections"]:
            rows = [[row[name] for name in columns] for row in section["rows"]]
            bodies += (
                f"<tbody><tr><th scope=rowgroup colspan=7>{escape(section['title'])}</th></tr>{_rows(rows)}</tbody>"
            )
        text += f'<table class="criteria">{_head(heads)}{bodies}</table>{_line(group["unscored"])}'
    return text


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], of: str = "") -> str:
    body = _rows(rows)
    return f'<table class="{of}">{_head(heads)}<tbody>{body}</tbody></table>' if body else ""


def _head(heads: Sequence[str]) -> str:
    return f"<thead><tr>{''.join(f'<th scope=col>{escape(each)}</th>' for each in heads)}</tr></thead>"


def _rows(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)


def _text(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _line(text: str) -> str:
    return f'<p class="quiet">{escape(text)}</p>' if text else ""


def _picture(svg: str, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'


# --- Charts


def _draw(height: float, left: float = 0.02) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.6, height))
    FigureCanvasSVG(figure)
    axes = figure.add_axes((left, 0.12 if height > 1 else 0.3, 0.98 - left, 0.85 if height > 1 else 0.6))
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _intervals(axes: Axes, marks: Sequence[Mapping[str, Any]]) -> None:
    """Draw intervals from the bottom up, each kind of line as one collection: an artist for each would cost twice."""
    colours = [TONES[mark["level"]] for mark in marks]
    known = [at for at, mark in enumerate(marks) if mark["low"] is not None]
    axes.barh(
        known, [marks[at]["high"] - marks[at]["low"] for at in known], left=[marks[at]["low"] for at in known],
        height=0.5, color=[colours[at] for at in known], alpha=0.25,
    )  # fmt: skip
    goals = [(at, mark["goal"]) for at, mark in enumerate(marks) if mark["goal"] is not None]
    axes.vlines(
        [goal for _, goal in goals], [at - 0.4 for at, _ in goals], [at + 0.4 for at, _ in goals],
        color=theme.INK, linewidth=0.6, linestyle="--",
    )  # fmt: skip
    for level, marker in (("above", "^"), ("below", "v"), ("none", "o")):
        here = [(mark["score"], at) for at, mark in enumerate(marks) if mark["level"] == level]
        here = [(score, at) for score, at in here if score is not None]
        axes.plot([score for score, _ in here], [at for _, at in here], marker, color=TONES[level], markersize=5)


def _score_chart(page: Mapping[str, Any]) -> str:
    figure, axes = _draw(0.5)
    _intervals(axes, [page["mark"]])
    axes.plot(page["mark"]["visits"], [-0.4] * len(page["mark"]["visits"]), "|", color=theme.INK_2)
    axes.set(xlim=(0, 1), ylim=(-0.6, 0.6), yticks=[], xticks=[0, 1], xticklabels=["0 %", "100 %"])
    return _svg(figure)


def _bars_chart(page: Mapping[str, Any]) -> str:
    rows = page["bars"][::-1]
    figure, axes = _draw(1.8, left=0.45)
    axes.barh([row["title"] for row in rows], [row["share"] for row in rows], color=theme.BELOW, height=0.6)
    for at, row in enumerate(rows):
        axes.text(row["share"], at, f" {row['points']}", va="center")
    axes.set(xticks=[], xlim=(0, 1.1))
    return _svg(figure)


def _history_chart(page: Mapping[str, Any]) -> str:
    plot = page["plot"]
    figure, axes = _draw(1.6, left=0.07)
    seen = [(at, each) for at, each in enumerate(plot["points"]) if each["score"] is not None]
    known = [(at, each["low"], each["high"]) for at, each in seen if each["low"] is not None]
    axes.bar(
        [at for at, _, _ in known], [high - low for _, low, high in known], bottom=[low for _, low, _ in known],
        width=0.25, color=theme.ABOVE, alpha=0.25,
    )  # fmt: skip
    axes.plot([at for at, _ in seen], [each["score"] for _, each in seen], "o-", color=page["accent"])
    axes.set(
        ylim=(0, 1.05), xticks=range(len(plot["points"])), xticklabels=[each["quarter"] for each in page["series"]],
        yticks=[at for at, _ in plot["ticks"]], yticklabels=[label for _, label in plot["ticks"]],
    )  # fmt: skip
    return _svg(figure)


def _criteria_chart(page: Mapping[str, Any]) -> str:
    rows = [row for group in page["criteria"] for section in group["sections"] for row in section["rows"]][::-1]
    figure, axes = _draw(max(0.16 * len(rows), 1.0), left=0.06)
    _intervals(axes, [row["mark"] for row in rows])
    axes.set(xlim=(0, 1), ylim=(-1, len(rows)), yticks=range(len(rows)), yticklabels=[row["code"] for row in rows])
    return _svg(figure)
