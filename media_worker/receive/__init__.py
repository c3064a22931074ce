"""Receive: RTP to encoded frames on one clock. Decodes nothing."""
