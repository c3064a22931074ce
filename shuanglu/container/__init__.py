"""WebM and Matroska bytes: written, scanned and indexed without any input or output."""
