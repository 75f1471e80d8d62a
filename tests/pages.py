"""Opening pages in tests: every page that any test fetches is inspected."""

from __future__ import annotations

import re
from typing import Any

from lxml import html
from werkzeug.test import TestResponse

from auditapp.factory import App
from auditapp.models import User
from tests.factories import make_session_token


class Page:
    """One fetched page: its status, its text, and the parsed document."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location")
        self.is_html = response.mimetype == "text/html"
        self.document = html.fromstring(response.text) if self.is_html and response.text else None

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        """What a person reads, white space folded."""
        assert self.document is not None
        return re.sub(r"\s+", " ", " ".join(self.document.xpath("//body//text()[not(ancestor::script)]"))).strip()

    def links(self) -> list[str]:
        assert self.document is not None
        return [str(link) for link in self.document.xpath("//a/@href")]

    def token(self) -> str:
        assert self.document is not None
        return str(self.document.xpath("//input[@name='csrf_token']/@value")[0])


class Person:
    """A client with a log-in (or without) that inspects every page it is given."""

    def __init__(self, app: App, user: User | None = None, *, locale: str = "pl") -> None:
        self.app = app
        self.client = app.test_client()
        with self.client.session_transaction() as cookie:
            cookie["locale"] = locale
            if user is not None:
                with app.database.transaction() as session:
                    cookie["_user_id"] = make_session_token(session, user)
                    cookie["_fresh"] = True

    def get(self, path: str, *, follow: bool = False) -> Page:
        page = Page(self.client.get(path, follow_redirects=follow))
        inspect(page)
        return page

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False, **kwargs: Any) -> Page:
        """Post a form with a valid CSRF token."""
        token = Page(self.client.get("/login?next=/", follow_redirects=True)).token()
        response = self.client.post(path, data={"csrf_token": token, **(data or {})}, follow_redirects=follow, **kwargs)
        page = Page(response)
        inspect(page)
        return page


def inspect(page: Page) -> None:
    """What must hold on every HTML page of the product."""
    assert page.status < 500, f"server error: {page.html[:2000]}"
    for name, value in page.response.headers:
        assert value.isascii(), f"no server sends this header: {name}: {value}"
    assert "Traceback (most recent call last)" not in page.html if page.is_html else True
    document = page.document
    if document is None:
        return
    assert document.get("lang") in {"pl", "en"}
    headings = document.xpath("//h1")
    assert len(headings) == 1, f"{len(headings)} main headings"
    assert document.xpath("//title")[0].text_content().strip(" –").replace("auditapp", "").strip()
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    assert not document.xpath("//@style | //script[not(@src) and not(@type='application/json')] | //style")
    assert not document.xpath("//@*[starts-with(name(), 'on')]"), "inline event handler"
    for control in document.xpath("//main//input[not(@type='hidden')] | //main//select | //main//textarea"):
        name = control.get("id")
        labelled = bool(
            control.get("aria-label")
            or control.get("aria-labelledby")
            or control.xpath("ancestor::label")
            or (name and document.xpath(f"//label[@for='{name}']"))
        )
        assert labelled, f"control without a label: {html.tostring(control)[:200]!r}"
    for image in document.xpath("//img"):
        assert image.get("alt") is not None, "picture without alternative text"
    for form in document.xpath("//form[@method='post']"):
        assert form.xpath(".//input[@name='csrf_token']"), "form without a CSRF token"
    assert "{{" not in page.text
    assert "None" not in page.text.split(), f"a bare None on the page: {page.text[:500]}"
