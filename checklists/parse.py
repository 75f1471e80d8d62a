"""From documents (docs/checklist-format.md) to a `Standard` and its `Checklist`s, with every problem found named.

Single items are read in `parse_item`; this module reads the frame around them and what holds between items.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from checklists.documents import Table, check_unique, read_toml
from checklists.model import (
    Area,
    Channel,
    Checklist,
    Criterion,
    CriticalPolicy,
    Dimension,
    Scenario,
    Section,
    Stage,
    Standard,
)
from checklists.parse_item import check_branches, parse_item
from checklists.problems import Problem, Problems, at

Standards = Mapping[tuple[str, int], Standard]


def parse_standard(text: str, *, name: str) -> Standard:
    """Return the standard written in `text`; Problems with all that is wrong, placed in the file `name`."""
    return _standard(read_toml(text, name), name)


def parse_checklist(text: str, standards: Standards, *, name: str) -> Checklist:
    """Return the checklist written in `text`; `standards` are those it may refer to, by code and version.

    Problems with all that is wrong, placed in the file `name`.
    """
    return _checklist(read_toml(text, name), standards, name)


def parse_documents(
    documents: Mapping[str, str], standards: Standards | None = None
) -> tuple[tuple[Standard, ...], tuple[Checklist, ...]]:
    """Return the standards and checklists among `documents` (text by file name), in any order of files.

    A checklist may refer to a standard among them or among `standards`. Problems of all documents together.
    """
    problems: list[Problem] = []
    tables: dict[str, dict[str, object]] = {}
    for name, text in documents.items():
        try:
            tables[name] = read_toml(text, name)
        except Problems as found:
            problems += found.problems
    known = dict(standards or {})
    read_standards: list[Standard] = []
    for name in [name for name, table in tables.items() if table.get("kind") == "standard"]:
        try:
            standard = _standard(tables.pop(name), name)
        except Problems as found:
            problems += found.problems
        else:
            read_standards.append(standard)
            known[standard.code, standard.version] = standard
    checklists: list[Checklist] = []
    for name, table in tables.items():
        try:
            checklists.append(_checklist(table, known, name))
        except Problems as found:
            problems += found.problems
    if problems:
        raise Problems(problems)
    return tuple(read_standards), tuple(checklists)


def shipped_documents() -> dict[str, str]:
    """Return the documents that come with the product by file name, the standard first."""
    folder = resources.files("checklists") / "standards"
    files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(files, key=lambda file: file.name)}
    return dict(sorted(texts.items(), key=lambda entry: 'kind = "standard"' not in entry[1]))


def shipped() -> tuple[Standard, tuple[Checklist, ...]]:
    """Return the standard that comes with the product and its checklists, in the order of their file names."""
    (standard,), checklists = parse_documents(shipped_documents())
    return standard, checklists


def _standard(data: Mapping[str, object], name: str) -> Standard:
    problems: list[Problem] = []
    top = Table(data, at(file=name), problems)
    _check_kind(top, "standard")
    sections = _sections(top)
    criterion_tables = top.tables("criterion", required=True)
    criteria = [_criterion(table, sections) for table in criterion_tables]
    check_unique(criterion_tables, [criterion.code for criterion in criteria])
    standard = Standard(
        code=top.code(),
        version=top.whole("version"),
        valid_from=top.day("valid_from"),
        title=top.text("title"),
        purpose=top.text("purpose"),
        critical_policy=_policy(top),
        sections=sections,
        criteria=tuple(criteria),
    )
    top.close()
    if problems:
        raise Problems(problems)
    return standard


def _criterion(table: Table, sections: tuple[Section, ...]) -> Criterion:
    channels = table.strings("channels")
    for channel in channels:
        if channel not in list(Channel):
            table.refuse("unknown_value", key="channels", value=channel, allowed=list(Channel))
    criterion = Criterion(
        code=table.code(),
        section=table.reference("section", [known.code for known in sections], "unknown_section"),
        title=table.text("title"),
        procedure=table.text("procedure"),
        dimension=table.choice("dimension", Dimension) or Dimension.ACCURACY,
        area=table.choice("area", Area) or Area.PRODUCT,
        stage=table.choice("stage", Stage) or Stage.WELCOME,
        weight=table.positive("weight") or 1.0,
        acceptance_level=table.share("acceptance_level"),
        channels=tuple(Channel(channel) for channel in channels if channel in list(Channel)),
    )
    table.close()
    return criterion


def _policy(top: Table) -> CriticalPolicy:
    written = top.string("critical_policy")
    if written in ("flag", "zero"):
        return CriticalPolicy(written)
    kind, _, share = written.partition(":")
    try:
        cap = float(share)
    except ValueError:
        cap = -1.0
    if kind == "cap" and 0 <= cap <= 1:
        return CriticalPolicy("cap", cap)
    if written:
        top.refuse("bad_policy", value=written)
    return CriticalPolicy()


def _checklist(data: Mapping[str, object], standards: Standards, name: str) -> Checklist:
    problems: list[Problem] = []
    top = Table(data, at(file=name), problems)
    _check_kind(top, "checklist")
    code, version = top.string("standard"), top.whole("standard_version")
    standard = standards.get((code, version))
    if standard is None and code:
        top.refuse("unknown_standard", code=code, version=version)
    channel = top.choice("channel", Channel)
    sections = _sections(top)
    tables = top.tables("item", required=True)
    items = [parse_item(table, sections, standard, channel) for table in tables]
    check_unique(tables, [item.code for item in items])
    check_branches(tables, items)
    if not problems and not any(item.scored for item in items):
        top.refuse("nothing_scored")
    checklist = Checklist(
        code=top.code(),
        version=top.whole("version"),
        standard=code,
        standard_version=version,
        channel=channel or Channel.STORE_VISIT,
        title=top.text("title"),
        brief=top.text("brief"),
        minutes=top.whole("minutes"),
        sections=sections,
        scenarios=_scenarios(top),
        items=tuple(items),
        critical_policy=standard.critical_policy if standard else CriticalPolicy(),
    )
    top.close()
    if problems:
        raise Problems(problems)
    return checklist


def _check_kind(top: Table, expected: str) -> None:
    kind = top.string("kind")
    if kind and kind != expected:
        top.refuse("wrong_kind", kind=kind, expected=expected)


def _sections(top: Table) -> tuple[Section, ...]:
    tables = top.tables("section", required=True)
    sections = [Section(table.code(), table.text("title")) for table in tables]
    check_unique(tables, [section.code for section in sections])
    for table in tables:
        table.close()
    return tuple(sections)


def _scenarios(top: Table) -> tuple[Scenario, ...]:
    tables = top.tables("scenario")
    scenarios = [
        Scenario(table.code(), table.text("title"), table.text("persona"), table.text("task")) for table in tables
    ]
    check_unique(tables, [scenario.code for scenario in scenarios])
    for table in tables:
        table.close()
    return tuple(scenarios)
