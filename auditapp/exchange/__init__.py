"""Everything in and out as plain tables (CSV, XLSX, TOML): readers, checks, writers."""
