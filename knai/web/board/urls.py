from django.urls import path

from knai.web.board import views

app_name = "board"
urlpatterns = [path("board/", views.board, name="board")]
