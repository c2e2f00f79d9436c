"""Signing in, and a person's own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campus.forms import SignInForm
from campus.models import User

DEMO_NUMBERS = ("inspector", "reviewer", "reviewer2", "officer", "advisor", "admin")


class SignInView(LoginView):
    """The way in. `?number=` fills in the number, which the demo's list uses."""

    template_name = "campus/signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"username": self.request.GET.get("number", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo_people": demo_people()}


def demo_people() -> Iterable[User]:
    """The demo's accounts, where the demo is loaded on somebody's own machine."""
    if not settings.DEBUG:
        return []
    people = User.objects.filter(number__in=DEMO_NUMBERS, is_active=True).prefetch_related("memberships")
    return sorted(people, key=lambda person: DEMO_NUMBERS.index(person.number))


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who one is here, and how one likes the pages."""
    assert isinstance(request.user, User)
    held = request.user.memberships.select_related("school_class", "department", "room").order_by("role", "pk")
    return render(request, "campus/me.html", {"memberships": held})
