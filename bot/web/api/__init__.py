"""The people's door, by aggregate. Each module declares its routes; ``bot.web.routes`` gathers them."""
