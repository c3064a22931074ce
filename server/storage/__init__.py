"""The database: engine, tables, migrations, and the one place that commits."""
