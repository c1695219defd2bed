"""Takes records and sealed blobs in, verifies them and signs receipts."""
