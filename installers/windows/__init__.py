"""The MSI for Windows."""
