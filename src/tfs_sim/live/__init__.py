"""A scenario watched month by month in a browser: levers, the model that is watched, its page and its server.

The page and the server need the extra `explore`; levers and the model do not.
"""
