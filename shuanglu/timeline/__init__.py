"""The timeline: one ordered, hash-chained, append-only log of events per session.

It is the record. Everything else is derived from it by folding.
"""
