"""`/`: straight to work where there is one clinic, else the choice."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from knai.identity.actors import list_hats


def home(request: HttpRequest) -> HttpResponse:
    """The only clinic's board, or the list of one's clinics."""
    hats = list_hats(request.user)
    if len(hats) == 1:
        return redirect("board:board", slug=hats[0].clinic.slug)
    return render(request, "home/page.html", {"hats": hats})
