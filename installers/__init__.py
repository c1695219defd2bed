"""Builds, signs and checks what an institution deploys."""
