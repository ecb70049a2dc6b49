"""A small scenario and an experiment for the tests of the command line."""

TOWN = """\
title = "Small town"
question = "Does it run?"
[clock]
start = "2018-06"
months = 12
[sites.riverton]
title = "Riverton"
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
"""

TRIAL = """\
title = "Trial"
scenario = "town.toml"
replicates = 4
seed = 3
uncertainty = "defaults"
[strategies.as-it-is]
[strategies.manuals]
add = ["procedure-manuals"]
[outcomes]
primary = "support"
"""
