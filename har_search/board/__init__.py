"""Standings, ranked and put into words, tables and pictures."""
