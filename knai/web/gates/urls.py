from django.urls import path

from knai.web.gates import arriving, giving, views, work_up

app_name = "gates"
HERE = "sessions/<uuid:session_id>/"
urlpatterns = [
    path(f"{HERE}check-in/", arriving.check_in, name="check-in"),
    path(f"{HERE}cancel/", views.cancel, name="cancel"),
    path(f"{HERE}call-off/", views.call_off, name="call-off"),
    path(f"{HERE}plan/", arriving.plan, name="plan"),
    path(f"{HERE}purpose/", views.purpose, name="purpose"),
    path(f"{HERE}work-up/<slug:part>/", work_up.part, name="work-up"),
    path(f"{HERE}start/", views.start, name="start"),
    path(f"{HERE}start/walk/", views.walk, name="walk"),
    path(f"{HERE}start/walk-again/", views.walk_again, name="walk-again"),
    path(f"{HERE}dose/", views.dose, name="dose"),
    path(f"{HERE}dose/give/", giving.give, name="give"),
    path(f"{HERE}dose/happened/", giving.happened, name="happened"),
    path(f"{HERE}dose/end/", giving.end_dosing, name="end-dosing"),
    path(f"{HERE}dose/<uuid:infusion_id>/<slug:change>/", giving.change, name="change"),
    path(f"{HERE}checks/<slug:check>/", views.answer, name="check"),
    path(f"{HERE}override/<slug:what>/", views.override, name="override"),
    path(f"{HERE}transport/", views.transport, name="transport"),
    path(f"{HERE}sign-in/", views.sign_in, name="sign-in"),
    path(f"{HERE}discharge/", views.discharge, name="discharge"),
    path(f"{HERE}discharge/driving/", views.driving, name="driving"),
    path(f"{HERE}discharge/ready/", views.medically_ready, name="medically-ready"),
    path(f"{HERE}discharge/leave/", views.leave, name="leave"),
    path(f"{HERE}discharge/left/", views.left, name="left"),
    path(f"{HERE}discharge/had-not-left/", views.had_not_left, name="had-not-left"),
    path(f"{HERE}discharge/asked/", views.asked_about_driving, name="asked"),
]
