"""Backing services: one small interface each, with its adapters. No product rules live here."""
