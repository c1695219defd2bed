"""The process that holds the models, and the recorder's side of it."""
