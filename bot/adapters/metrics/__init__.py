"""Figures for Prometheus: measured in this process, and counted in the database now and then."""
