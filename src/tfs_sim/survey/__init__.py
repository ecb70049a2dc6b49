"""Surveys of real partnerships: foreign files become a scenario, clean CSV files, and a page that says how.

from tfs_sim.survey import import_survey, write_survey

survey = import_survey(["organizations.csv", "ties.csv"], site="riverton")
write_survey(survey, "riverton")
"""

from __future__ import annotations

from tfs_sim.survey.importing import Survey, import_survey
from tfs_sim.survey.writing import write_survey

__all__ = ["Survey", "import_survey", "write_survey"]
