"""Signing in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campus.models import User


class SignInForm(AuthenticationForm):
    """Number and password. Numbers are text: a school may put letters into them, so the keyboard stays whole."""

    username = UsernameField(
        label=_("Student or staff number"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "username", "autocorrect": "off", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Type your student or staff number."),
            "max_length": _("That number is too long: %(limit_value)d characters at most."),
        },
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )
    error_messages = {  # noqa: RUF012 - Django declares it so
        "invalid_login": _("The number or the password is wrong. Look once more."),
        "inactive": _("This account is closed. If that is a mistake, ask your administrator."),
    }

    def get_invalid_login_error(self) -> ValidationError:
        """A closed account is told apart only to somebody who knows its password, and in the same time."""
        number, password = self.cleaned_data["username"], self.cleaned_data["password"]
        closed = User.objects.filter(number=number, is_active=False).first()
        if closed.check_password(password) if closed else _spend_the_same_time(password):
            return ValidationError(self.error_messages["inactive"], code="inactive")
        return ValidationError({"password": ValidationError(self.error_messages["invalid_login"], "invalid_login")})


def _spend_the_same_time(password: str) -> bool:
    User().set_password(password)
    return False
