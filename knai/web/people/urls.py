from django.urls import path

from knai.web.people import credentials, hands, views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="page"),
    path("people/reviewed/", views.reviewed, name="reviewed"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<uuid:invitation_id>/revoke/", views.revoke, name="revoke"),
    path("people/<uuid:user_id>/", views.person, name="person"),
    path("people/<uuid:user_id>/role/", views.role, name="role"),
    path("people/<uuid:user_id>/leave/", views.leave, name="leave"),
    path("people/<uuid:user_id>/credentials/", credentials.credentials, name="credentials"),
    path("people/credentials/<uuid:credential_id>/check/", credentials.check, name="check"),
    path(
        "people/credentials/<uuid:credential_id>/withdraw/", credentials.withdraw, name="withdraw"
    ),
    path("people/credentials/<uuid:credential_id>/scan/", credentials.evidence, name="evidence"),
    path("switch/", hands.switch, name="switch"),
    path("pin/", hands.pin, name="pin"),
]
