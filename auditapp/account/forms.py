"""Shapes of what people type when they log in or look after their account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

REQUIRED = InputRequired(_l("This field cannot be left empty."))


class LoginForm(FlaskForm):
    email = EmailField(_l("E-mail"), [REQUIRED, Length(max=254)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "current-password"}
    )


class ForgotForm(FlaskForm):
    email = EmailField(_l("E-mail"), [REQUIRED, Length(max=254)], render_kw={"autocomplete": "username"})


class NewPasswordForm(FlaskForm):
    password = PasswordField(
        _l("New password"),
        [REQUIRED, Length(max=200)],
        description=_l("At least 10 characters. A short sentence is easy to remember and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(
        _l("Present password"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
