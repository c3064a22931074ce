"""The WebM and Matroska container, as pure bytes: written, scanned and indexed."""
