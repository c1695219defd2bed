"""The contract between recorder, server and verifier. Imports neither side."""
