"""The Python serving runtime: one model, four protocols."""
