"""The desktop's message bus, as far as it is needed to ask for quiet and to stay awake."""
