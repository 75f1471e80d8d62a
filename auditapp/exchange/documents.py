"""The TOML documents of the standard and its checklists, one by one or several in a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import documents
from auditapp.exchange.findings import Findings
from auditapp.exchange.readers import Upload, check_zip
from auditapp.exchange.rows import ImportResult
from auditapp.models import ChecklistVersion, Programme, StandardVersion
from checklists.documents import read_toml
from checklists.problems import Problem, Problems, at

MODELS: Mapping[str, type[StandardVersion] | type[ChecklistVersion]] = {
    "standard": StandardVersion,
    "checklist": ChecklistVersion,
}


def import_documents(
    session: Session,
    programme: Programme,
    kind: str,
    uploads: Iterable[Upload],
    findings: Findings,
    *,
    actor_id: int | None,
    now: datetime,
) -> ImportResult:
    """Put documents of `kind` in force; Refused with every problem, and then nothing is stored."""
    model = MODELS[kind]
    stored = set(session.scalars(select(model.id).where(model.programme_id == programme.id)))
    new = unchanged = 0
    with session.begin_nested():
        for name, text in _texts(uploads, findings):
            try:
                written = read_toml(text, name).get("kind")
                if written in MODELS and written != kind:
                    raise Problem("wrong_kind", at(file=name), kind=written, expected=kind)
                row = documents.add_document(session, programme.id, text, name=name, actor_id=actor_id, now=now)
            except Problem as problem:
                findings.add(problem)
            except Problems as found:
                for each in found.problems:
                    findings.add(each)
            else:
                unchanged += row.id in stored
                new += row.id not in stored
                stored.add(row.id)
        findings.check()
    return ImportResult(new, 0, unchanged)


def _texts(uploads: Iterable[Upload], findings: Findings) -> Iterator[tuple[str, str]]:
    for upload in uploads:
        try:
            if not zipfile.is_zipfile(upload.stream):
                upload.stream.seek(0)
                yield upload.name, _text(upload.name, upload.stream.read())
                continue
            check_zip(upload)
            with zipfile.ZipFile(upload.stream) as archive:
                for name in archive.namelist():
                    if not name.endswith("/"):
                        yield f"{upload.name}: {name}", _text(name, archive.read(name))
        except Problem as problem:
            findings.add(problem)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("bad_encoding", at(file=name)) from error
