"""`/`: straight to work where there is one clinic, else the choice."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from knai.identity.actors import Actor, list_hats


def home(request: HttpRequest) -> HttpResponse:
    """Where work begins in the only clinic, or the list of one's clinics."""
    hats = list_hats(request.user)
    if len(hats) == 1:
        return redirect(*_first_page(hats[0]))
    rows = [{"hat": hat, "url": reverse(name, args=[slug])}
            for hat in hats for name, slug in [_first_page(hat)]]  # fmt: skip
    return render(request, "home/page.html", {"hats": rows})


def _first_page(hat: Actor) -> tuple[str, str]:
    """The board; an outside therapist's patients for one who sees no board."""
    name = "board:board" if hat.may("read_schedule") else "care:shared"
    return name, hat.clinic.slug
