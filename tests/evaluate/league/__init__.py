"""The league of all methods."""
