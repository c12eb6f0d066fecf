"""Of allauth's pages only these: no sign-up, no e-mail addresses to manage, no reset by e-mail. Whoever is
invited comes in by a page of our own."""

from allauth.account import views
from allauth.mfa.base import urls as mfa
from allauth.mfa.recovery_codes import urls as recovery_codes
from allauth.mfa.totp import urls as totp
from allauth.mfa.webauthn import urls as webauthn
from django.urls import include, path

from knai.web.accounts.invitation import invitation

urlpatterns = [
    path("invitation/<str:token>/", invitation, name="account_invitation"),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("2fa/", include(mfa)),
    path("2fa/totp/", include(totp)),
    path("2fa/recovery-codes/", include(recovery_codes)),
    path("2fa/webauthn/", include(webauthn)),
]
