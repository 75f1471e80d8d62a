"""Field periods: planned, changed, opened after staff were told, closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.access import Actor
from auditapp.models import Wave
from auditapp.programme import queries
from auditapp.programme.record import record
from checklists.problems import Problem, at


def get_wave(session: Session, actor: Actor, wave_id: int) -> Wave:
    """Return a wave of the actor's programme; Problem not_found otherwise."""
    wave = session.scalar(select(Wave).where(Wave.programme_id == actor.programme_id, Wave.id == wave_id))
    if wave is None:
        raise Problem("not_found")
    return wave


def create_wave(
    session: Session, actor: Actor, *, code: str, name: str, starts_on: date, ends_on: date, now: datetime
) -> Wave:
    """Plan a field period; Problem window_backwards or duplicate_code."""
    _check_dates(starts_on, ends_on)
    if session.scalar(select(Wave.id).where(Wave.programme_id == actor.programme_id, Wave.code == code)):
        raise Problem("duplicate_code", at(field="code"), code=code)
    wave = Wave(programme_id=actor.programme_id, code=code, name=name, starts_on=starts_on, ends_on=ends_on)
    session.add(wave)
    session.flush()
    record(session, actor, now, "create", "wave", code)
    return wave


def change_wave(
    session: Session, actor: Actor, wave: Wave, *, name: str, starts_on: date, ends_on: date, now: datetime
) -> Wave:
    """Give a wave another name or other days; its code stays.

    Problem wave_closed, window_backwards, or wave_too_short when a visit that stands would fall outside it.
    """
    _check_not_closed(wave)
    _check_dates(starts_on, ends_on)
    use = queries.wave_use(session, wave)
    if use.first is not None and use.last is not None and not starts_on <= use.first <= use.last <= ends_on:
        field = "starts_on" if use.first < starts_on else "ends_on"
        raise Problem("wave_too_short", at(field=field), start=use.first, end=use.last)
    before = _facts(wave)
    wave.name, wave.starts_on, wave.ends_on = name, starts_on, ends_on
    session.flush()
    record(session, actor, now, "change", "wave", wave.code, before=before, after=_facts(wave))
    return wave


def remove_wave(session: Session, actor: Actor, wave: Wave, now: datetime) -> Wave:
    """Remove a wave that has no visit, not even one called off; Problem wave_closed or wave_in_use otherwise."""
    _check_not_closed(wave)
    visits = queries.wave_use(session, wave).visits
    if visits:
        raise Problem("wave_in_use", visits=visits)
    session.delete(wave)
    session.flush()
    record(session, actor, now, "remove", "wave", wave.code, before={**_facts(wave), "notice": wave.notice_text})
    return wave


def _check_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Problem("window_backwards", at(field="ends_on"), start=starts_on, end=ends_on)


def _check_not_closed(wave: Wave) -> None:
    if wave.status == "closed":
        raise Problem("wave_closed")


def _facts(wave: Wave) -> dict[str, str]:
    return {"name": wave.name, "starts_on": wave.starts_on.isoformat(), "ends_on": wave.ends_on.isoformat()}


def record_notice(
    session: Session, actor: Actor, wave: Wave, *, text: str, on: date, channel: str, confirmed_by: str, now: datetime
) -> Wave:
    """Record that staff were told beforehand: what, when, how, and who confirms it.

    Problem notice_recorded when it is on record already (what was said stays said), notice_date for a day to come or
    more than two years back.
    """
    if wave.notice_on is not None:
        raise Problem("notice_recorded", day=wave.notice_on)
    if not now.date() - timedelta(days=731) <= on <= now.date():
        raise Problem("notice_date", at(field="on"), value=on)
    wave.notice_text, wave.notice_on, wave.notice_channel, wave.notice_confirmed_by = text, on, channel, confirmed_by
    detail = {"on": on.isoformat(), "channel": channel, "confirmed_by": confirmed_by}
    record(session, actor, now, "record_notice", "wave", wave.code, **detail)
    return wave


def open_wave(session: Session, actor: Actor, wave: Wave, programme_kind: str, now: datetime) -> Wave:
    """Open a wave; Problem notice_missing for own or franchise locations whose staff were not told."""
    if programme_kind != "competitor" and wave.notice_on is None:
        raise Problem("notice_missing")
    return _set_status(session, actor, wave, "open", now)


def close_wave(session: Session, actor: Actor, wave: Wave, now: datetime) -> Wave:
    """Close a wave: nothing more is assigned in it."""
    return _set_status(session, actor, wave, "closed", now)


def _set_status(session: Session, actor: Actor, wave: Wave, status: str, now: datetime) -> Wave:
    before, wave.status = wave.status, status
    record(session, actor, now, status, "wave", wave.code, before=before, after=status)
    return wave
