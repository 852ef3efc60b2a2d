"""The doors: the platforms' (webhooks), the people's (api, feed, console). Nothing is decided here."""
