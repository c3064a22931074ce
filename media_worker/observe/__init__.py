"""Observe: samples to facts, in processes of their own. Drops when late, never queues."""
