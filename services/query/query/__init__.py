"""How far matters have come (查询): read models built from the topics, in citizens' words, live."""
