"""The commands `auditapp admin`."""

from __future__ import annotations

import click
from sqlalchemy import select

from auditapp import links
from auditapp.models import User
from auditapp.terminal import Instance, instance_command, now


@click.group()
def admin() -> None:
    """People who look after the installation."""


@admin.command("add")
@click.argument("email")
@click.argument("name")
@instance_command
def add_administrator(instance: Instance, email: str, name: str) -> None:
    """Make EMAIL (called NAME) an administrator and print the link to choose a password."""
    with instance.database.transaction() as session:
        address = links.normal_address(email)
        user = session.scalar(select(User).where(User.email == address))
        if user is None:
            user = User(email=address, name=name, created_at=now())
            session.add(user)
        user.is_administrator = True
        session.flush()
        token = links.make_link(session, user, "invitation", now())
    click.echo(f"{instance.settings.base_url}/link/{token}")
