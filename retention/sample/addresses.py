"""The demo's addresses; ``retention.urls`` has them with DEBUG alone."""

from django.urls import path

from retention.sample import door

urlpatterns = [
    path("demo/", door.door, name="demo"),
    path("demo/enter/", door.enter, name="demo-enter"),
    path("demo/turn/", door.turn, name="demo-turn"),
    path("demo/mails/", door.post_box, name="demo-mails"),
    path("demo/mails/<slug:key>/", door.mail, name="demo-mail"),
    path("demo/mails/<slug:key>/html/", door.mail_as_it_looks, name="demo-mail-html"),
]
