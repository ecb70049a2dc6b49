"""The model a second time, in plain Mesa: objects and dictionaries, one readable function for each step of the month.

It checks what the compiled engine computes, and shares with it only the scalar rules, the keyed draws and what a
scenario file says. It is written from `docs/model/`, as an organization scientist who programs in Mesa would.
"""
